import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createClient } from "@fleetkeeper/client";
import { createApp } from "@fleetkeeper/express-app";
import { apiRights } from "@fleetkeeper/model";
import { newSigningKey, signStandardWebhook } from "@fleetkeeper/webhooks";
import { expect, onTestFinished, test, vi } from "vitest";
import { patient, setup } from "./world.ts";

const run = promisify(execFile);
const examples = fileURLToPath(new URL("../../../examples/", import.meta.url));

test("the examples do what they say: the app that a worker tells by webhook, the commands for curl, and Python", async () => {
  const anyAddress = { NOTIFY_ADDRESSES: "any" };
  const world = await setup(anyAddress, { env: anyAddress });
  const { url, makeKey, startWorker, installedAccount, installationIdOf, store } = world;
  const { key } = await makeKey([...apiRights]);

  // The app, which a worker reports installs.
  const fleet = createClient({ url, key });
  const secrets: string[] = [];
  const server = createApp({ fleet, secrets }).listen(0, "127.0.0.1");
  await new Promise((listening) => server.once("listening", listening));
  onTestFinished(() => new Promise<void>((closed) => void server.close(() => closed())));
  const appUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const hook = `${appUrl}/webhooks/fleetkeeper`;
  const { data: made } = await fleet.api.POST("/v1/webhooks", {
    body: { url: hook, events: ["account.installed"] },
  });
  secrets.push(made?.secret ?? "");
  const params = { path: { webhookId: made?.webhook.id ?? "" } };
  const deliveries = async () =>
    (await fleet.api.GET("/v1/webhooks/{webhookId}/deliveries", { params })).data?.deliveries ?? [];

  await startWorker();
  const account = await installedAccount({ assets: 3, sites: 2 });
  const { accountId } = account;
  const id = installationIdOf(account);
  const recordsBecome = (count: number) =>
    vi.waitFor(async () => expect(await store.records.count("assets", id)).toBe(count), patient);
  await recordsBecome(3);
  await vi.waitFor(async () => expect(await deliveries()).toMatchObject([{ status: 204 }]), patient);
  const page = async (path: string) => (await fetch(appUrl + path)).text();
  const fleetPath = `/accounts/${encodeURIComponent(accountId)}`;
  expect(await page("/")).toContain(`href="${fleetPath}"`);
  expect(await page(fleetPath)).toMatch(/<p>3 assets\. Live: [^<,]+, [^<,]+, [^<,]+<\/p>/);

  account.change(1, { create: 1, update: 0, delete: 0 });
  await world.ask(key, `/v1/accounts/${accountId}/syncs/assets/run`, { method: "POST" });
  await recordsBecome(4);
  expect(await page(fleetPath)).toContain("<p>3 assets.");
  const timestamp = new Date();
  const body = JSON.stringify({ type: "records.changed", timestamp, data: { accountId, app: "x" } });
  const forged = signStandardWebhook({ id: "evt_1", timestamp, body, secrets: [newSigningKey()] });
  const unbelieved = await fetch(hook, { method: "POST", headers: forged, body });
  expect([unbelieved.status, await unbelieved.text()]).toEqual([400, '{"code":"ERR_WEBHOOK_UNVERIFIED"}']);
  expect(await page(fleetPath)).toContain("<p>3 assets.");
  const [first] = await deliveries();
  await fleet.api.POST("/v1/webhooks/{webhookId}/replay", {
    params,
    body: { eventId: first?.eventId ?? "" },
  });
  await vi.waitFor(async () => expect(await page(fleetPath)).toContain("<p>4 assets."), patient);

  // curl: each block ends well, and says something.
  const env = { ...process.env, URL: url, KEY: key, ACCOUNT: accountId };
  const text = await readFile(`${examples}curl.md`, "utf8");
  const blocks = [...text.matchAll(/^```sh\n([^`]*)^```/gm)].map(([, block = ""]) => block);
  const outputs: string[] = [];
  for (const block of blocks)
    outputs.push((await run("bash", ["-e", "-o", "pipefail", "-c", block], { env })).stdout);
  expect(outputs).toHaveLength(9);
  const [ofKey, accounts, named, token, live, records, changes, asked, told] = outputs;
  expect(ofKey).toContain('"rights"');
  expect(accounts).toContain(accountId);
  expect(named?.match(/customer 42/g)).toHaveLength(2);
  expect(token).toContain('"accessToken"');
  expect(live).toMatch(/"totalElements":2.*"edges"/s);
  // A page of two, and lines of four.
  expect(records?.match(/"firstSeenAt"/g)).toHaveLength(6);
  expect(changes).toContain('"created"');
  expect(asked).toContain('"status"');
  expect(told?.match(/whsec_|your\.host/g)).toEqual(["your.host", "whsec_", "your.host"]);

  // Python.
  const { stdout } = await run("python3", [`${examples}python/fleet.py`], { env });
  expect(JSON.parse(stdout)).toEqual({ account: accountId, assets: 4, sites: 2 });
  const refused = run("python3", [`${examples}python/fleet.py`], { env: { ...env, KEY: "fk_no" } });
  await expect(refused).rejects.toThrow(/RuntimeError: ERR_KEY_REFUSED: /);
}, 120_000);
