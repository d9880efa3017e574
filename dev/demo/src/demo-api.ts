// The API of the publisher's own back end, with a first key, and what `start --once` does with it.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createClient } from "@fleetkeeper/client";
import { apiRights, hashOfApiKey, idOfApiKey } from "@fleetkeeper/model";
import { createApiKeyActions } from "@fleetkeeper/operator";
import type { Store } from "@fleetkeeper/store";
import type { DemoReceiver } from "./demo-receiver.ts";
import { freePort } from "./free-port.ts";
import { type ServiceProcess, startService } from "./service-process.ts";

export interface DemoApi {
  url: string;
  /** A file with a key that has every right. */
  keyFile: string;
  key: string;
}

/** `env`: of the service, without its ports. The key of the last start is used again while it is good. */
export async function startDemoApi(options: {
  store: Store;
  dataDir: string;
  port: number;
  env: Record<string, string>;
  onUnexpectedEnd: (error: Error) => void;
}): Promise<DemoApi & { process: ServiceProcess }> {
  const { store, dataDir, port, env, onUnexpectedEnd } = options;
  const keyFile = join(dataDir, "api-key");
  const key = (await keyOfLastStart(store, keyFile)) ?? (await makeKey(store, keyFile));
  const opsPort = await freePort(0);
  const process = await startService({
    name: "api",
    env: { ...env, API_PORT: String(port), OPS_PORT: String(opsPort) },
    readyUrl: `http://127.0.0.1:${opsPort}/readyz`,
    logPath: join(dataDir, "logs", "api.log"),
    onUnexpectedEnd,
  });
  return { url: `http://127.0.0.1:${port}`, keyFile, key, process };
}

/** Part of the last line of `pnpm start --once`. */
export interface ApiSummary {
  /** An access token of the account was given. */
  token: boolean;
  /** Trackunit's status to a forwarded GraphQL query. */
  proxied: number;
  /** Assets of the account. */
  records: number;
  /** The account's install was told to a receiver, signed. */
  webhook: boolean;
}

/** Each of them over HTTP, by the client that the publisher's back end would use. */
export async function walkThroughApi(
  api: DemoApi,
  receiver: DemoReceiver,
  accountId: string,
): Promise<ApiSummary> {
  const fleet = createClient(api);
  const path = { accountId };
  const token = await fleet.api.POST("/v1/accounts/{accountId}/token", { params: { path } });
  const answer = await fleet.trackunit(accountId, "/api/graphql/", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query: "{ assets(first: 1) { edges { node { id } } } }" }),
  });
  await answer.arrayBuffer();
  let records = 0;
  for await (const _ of fleet.records("assets", { accountId, fields: ["name"] })) records += 1;
  const webhook = await receiver.wasToldOf(accountId);
  return { token: token.data?.accessToken !== undefined, proxied: answer.status, records, webhook };
}

async function keyOfLastStart(store: Store, keyFile: string): Promise<string | undefined> {
  const text = (await readFile(keyFile, "utf8").catch(() => "")).trim();
  const id = idOfApiKey(text);
  const found = id === undefined ? null : await store.apiKeys.find(id);
  const isGood = found !== null && found.revokedAt === null && found.hash === hashOfApiKey(text);
  return isGood && apiRights.every((right) => found.rights.includes(right)) ? text : undefined;
}

async function makeKey(store: Store, keyFile: string): Promise<string> {
  const actions = createApiKeyActions({ store, now: () => new Date() });
  const rights = [...apiRights];
  const { key } = await actions.create("start", { name: "first key of start", rights, irisAppId: null });
  await writeFile(keyFile, `${key}\n`, { mode: 0o600 });
  return key;
}
