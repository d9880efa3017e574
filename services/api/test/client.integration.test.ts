import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { newSigningKey, signStandardWebhook } from "@fleetkeeper/webhooks";
import { expect, onTestFinished, test, vi } from "vitest";
import { patient, setup } from "./world.ts";

const run = promisify(execFile);
const packages = new URL("../../../packages/", import.meta.url);
const clientFolder = fileURLToPath(new URL("client", packages));

const use = `
import { createClient, FleetkeeperError, verifyWebhook } from "@fleetkeeper/client";

const [url, key, accountId, consumer, delivered] = process.argv.slice(2);
const fleet = createClient({ url, key });
const { data } = await fleet.api.GET("/v1/accounts");
const records = [];
for await (const { id } of fleet.records("assets", { accountId, fields: ["name"] })) records.push(id);
const changed = [];
const enough = new AbortController();
for await (const entry of fleet.changes(consumer, { signal: enough.signal, waitSeconds: 5 })) {
  if (entry.type === "changes" && entry.resource === "assets")
    for (const { kind, id } of entry.changes) changed.push(kind + " " + id);
  if (changed.length >= records.length) enough.abort();
}
const answer = await fleet.trackunit(accountId, "/api/graphql/", {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ query: "{ assets(first: 2) { edges { node { id } } } }" }),
});
const refusal = await createClient({ url, key: "fk_no" })
  .records("assets")
  .next()
  .catch((error) => (error instanceof FleetkeeperError ? error.code : String(error)));
const gone = await fleet.trackunit("nobody", "/x").catch((error) => error.code);
const { body, headers, secrets } = JSON.parse(delivered);
const event = await verifyWebhook(body, new Headers(headers), secrets);
const forged = await verifyWebhook(body + " ", headers, secrets).catch((error) => error.code);
console.log(
  JSON.stringify({
    event,
    forged,
    accounts: data.accounts.map((account) => account.accountId),
    records: records.sort(),
    changed: changed.sort(),
    live: (await answer.json()).data.assets.edges.length,
    refusal,
    gone,
  }),
);
`;

const typed = `
import { createClient } from "@fleetkeeper/client";

const fleet = createClient({ url: "http://127.0.0.1:1", key: "fk" });
for await (const record of fleet.records("assets")) {
  const name: string = record.accountId;
  // @ts-expect-error: there is no such field
  console.log(name, record.nothing);
}
`;

const { version: zodVersion } = createRequire(new URL("syncs/", packages))("zod/package.json");

const mySync = `
import { defineSync, number, type Page, type PageOptions, type TrackunitClient } from "@fleetkeeper/syncs";
import { z } from "zod";

async function* pages(client: TrackunitClient, options: PageOptions): AsyncGenerator<Page> {
  yield* client.restPages({ family: "sites", path: "/api/site/v1/sites" }, options);
}

export const mine = defineSync({
  name: "mine",
  resource: "mine",
  scopes: [],
  intervalMs: 60_000,
  pageSize: 10,
  deletions: "never",
  pages,
  item: z.looseObject({ id: z.string(), exact: number, rounded: z.number() }),
  // @ts-expect-error: an id is a text
  idOf: ({ exact }) => exact,
});
`;

/** By the worker's own code, which has another copy of what the module imports. */
const load = `
const { loadSyncs } = await import(${JSON.stringify(new URL("syncs/src/index.ts", packages).href)});
const { parseExactJson } = await import(${JSON.stringify(new URL("model/src/index.ts", packages).href)});
const [mine] = await loadSyncs(["./my-sync.js"]);
const big = "9007199254740993";
const { data } = mine.item.safeParse(parseExactJson('{"id":"a","exact":' + big + ',"rounded":' + big + '}'));
console.log(JSON.stringify({ name: mine.name, exact: String(data.exact), rounded: data.rounded }));
`;

test("outside the workspace, the packed client is used, and a sync by the packed defineSync is loaded", async () => {
  const folder = await mkdtemp(join(tmpdir(), "fleetkeeper-client-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await Promise.all(
    ["client", "syncs"].map((name) =>
      run("pnpm", ["pack", "--pack-destination", folder], { cwd: fileURLToPath(new URL(name, packages)) }),
    ),
  );
  await writeFile(
    join(folder, "package.json"),
    JSON.stringify({ name: "mine", private: true, type: "module" }),
  );
  const tarballs = ["client", "syncs"].map((name) => `./fleetkeeper-${name}-0.1.0.tgz`);
  await run("pnpm", ["add", "--prefer-offline", ...tarballs, `zod@${zodVersion}`], { cwd: folder });
  await writeFile(join(folder, "use.js"), use);
  await writeFile(join(folder, "typed.ts"), typed);
  await writeFile(join(folder, "my-sync.ts"), mySync);
  const tsc = join(clientFolder, "node_modules/.bin/tsc");
  const how = ["--strict", "--module", "nodenext", "--target", "es2022", "typed.ts", "my-sync.ts"];
  await run(tsc, how, { cwd: folder });
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", load], { cwd: folder });
  expect(JSON.parse(stdout)).toEqual({ name: "mine", exact: "9007199254740993", rounded: 2 ** 53 });

  const { url, makeKey, startWorker, installedAccount, installationIdOf, store } = await setup();
  await startWorker();
  const account = await installedAccount({ assets: 3 });
  await vi.waitFor(async () => {
    expect(await store.records.count("assets", installationIdOf(account))).toBe(3);
  }, patient);
  const { key } = await makeKey(["accounts:read", "records:read", "proxy"]);
  for (const { name, command } of [
    { name: "node", command: [process.execPath] },
    ...(await otherRuntimes()),
  ]) {
    const [program = "", ...first] = command;
    const args = [...first, "use.js", url, key, account.accountId, name, JSON.stringify(signedDelivery())];
    const { stdout } = await run(program, args, { cwd: folder });
    const found = JSON.parse(stdout);
    expect(found, name).toMatchObject({
      accounts: [account.accountId],
      live: 2,
      refusal: "ERR_KEY_REFUSED",
      gone: "ERR_NOT_FOUND",
      event: { id: "evt_1", type: "account.installed", data: { accountId: "a1" } },
      forged: "ERR_WEBHOOK_UNVERIFIED",
    });
    expect(found.records, name).toHaveLength(3);
    expect(found.changed, name).toEqual(found.records.map((id: string) => `created ${id}`));
  }
}, 180_000);

/** As it is while secrets are exchanged. */
function signedDelivery() {
  const timestamp = new Date();
  const secrets = [newSigningKey(), newSigningKey()];
  const body = JSON.stringify({ type: "account.installed", timestamp, data: { accountId: "a1" } });
  return {
    body,
    headers: signStandardWebhook({ id: "evt_1", timestamp, body, secrets }),
    secrets: secrets.slice(1),
  };
}

/**
 * Those that CLIENT_RUNTIMES names, such as `deno,bun`, from npm: too large to bring them for each run of the
 * tests.
 */
async function otherRuntimes(): Promise<{ name: string; command: string[] }[]> {
  const names = (process.env.CLIENT_RUNTIMES ?? "").split(",").filter((name) => name !== "");
  if (names.length === 0) return [];
  const folder = await mkdtemp(join(tmpdir(), "fleetkeeper-runtimes-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  // Not pnpm, which takes these names for runtimes of its own.
  await run("npm", ["install", "--no-audit", "--no-fund", "--prefix", folder, ...names]);
  return names.map((name) => {
    const program = join(folder, "node_modules/.bin", name);
    return { name, command: name === "deno" ? [program, "run", "--allow-all"] : [program] };
  });
}
