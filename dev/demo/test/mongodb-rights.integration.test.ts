// The roles in MongoDB against what the services really ask of it, seen on the wire. FerretDB, which the
// tests run on, has no roles: that they suffice and are not too wide is tested here; that MongoDB enforces
// them is not.

import { startMongoProxy } from "@fleetkeeper/local-stack";
import { type InstallationId, installationIdOf, ownCollections, type SealedText } from "@fleetkeeper/model";
import { generateSealingKey, generateTokenKey } from "@fleetkeeper/sealing";
import { type MongodbUser, privilegesOf, type Store } from "@fleetkeeper/store";
import { builtInSyncs } from "@fleetkeeper/syncs";
import { expect, inject, onTestFinished, test, vi } from "vitest";
import { visit } from "../../../services/board/test/visitor.ts";
import { builtInResources } from "../../../services/cli/src/mongodb/built-in-resources.ts";
import { runCli } from "../../../services/cli/test/run-cli.ts";
import { apiOf } from "./api-of.ts";
import { runSystem } from "./running-system.ts";
import { type Query, queriesOf } from "./sharding/queries-of.ts";
import { distinctQueries, documentedQueries, writeQueries } from "./sharding/scale-table.ts";

const patient = { timeout: 60_000, interval: 100 };

/** What a command needs, by the manual's "Privilege Actions". */
const needs: Record<string, string[]> = {
  find: ["find"],
  aggregate: ["find"],
  count: ["find"],
  distinct: ["find"],
  getMore: ["find"],
  killCursors: [],
  insert: ["insert"],
  update: ["update"],
  findAndModify: ["update", "find"],
  delete: ["remove"],
  createIndexes: ["createIndex"],
  listIndexes: ["listIndexes"],
  // Of no collection, and everybody's.
  buildInfo: [],
  hello: [],
};

const endpointId = "3vW8kQ00000000000000000000000000";
const signingKey = `whsec_${Buffer.alloc(24, 7).toString("base64")}`;

/** An endpoint without a key, and a delivery to it; returns the delivery's id. */
async function addWebhook(store: Store, installationId: InstallationId): Promise<string> {
  const delivery = {
    installationId,
    endpointId,
    messageId: "msg_1",
    type: "sites.asset.enter",
    receivedAt: new Date(),
    bytes: 2,
    sealedPayload: "sealed" as SealedText,
  };
  await store.webhookEndpoints.add({ installationId, endpointId, events: [], now: new Date() });
  const syncs = [{ sync: "sites", answer: "soon" as const, at: new Date() }];
  await store.webhookDeliveries.keep(delivery, { firstToken: 0, outcome: "refreshed", refreshed: syncs });
  return store.webhookDeliveries.idOf(delivery);
}

/** `update syncs` and the like that the role does not allow. */
function deniedTo(user: MongodbUser, asked: Record<string, number>): string[] {
  const privileges = privilegesOf(user, "fleetkeeper", builtInResources);
  return Object.keys(asked).filter((one) => {
    const [command = "", collection] = one.split(" ");
    const actions = privileges.find(({ resource }) => resource.collection === collection)?.actions ?? [];
    const needed = needs[command];
    return needed === undefined || needed.some((action) => !actions.some((allowed) => allowed === action));
  });
}

test("the built-in resources are those of the built-in syncs", () => {
  expect(builtInResources).toEqual([...new Set(builtInSyncs.map(({ resource }) => resource))].toSorted());
});

/** What the test below sees, and whether it saw everything. */
const queries: Query[] = [];
let allSeen = false;

test("what worker, board, API and command line ask of MongoDB is within their roles", async () => {
  const own = new URL(inject("mongodbUrl"));
  const [worker, board, api, operator] = await Promise.all(
    [1, 2, 3, 4].map(async () => {
      const proxy = await startMongoProxy(own.href, {
        onCommand: (command) => queries.push(...queriesOf(command)),
      });
      onTestFinished(() => proxy.close());
      return proxy;
    }),
  );
  if (!worker || !board || !api || !operator) throw new Error("no proxy");
  const proxies = { worker, board };
  let mongodbUrl = "";
  const through = (url: string) => new URL(new URL(mongodbUrl).pathname, url).href;
  const system = await runSystem({}, undefined, {
    environmentOf(service) {
      if (service === "ingress") return {};
      return { MONGODB_URL: through(proxies[service].url) };
    },
    onDatabase: (url) => {
      mongodbUrl = url;
    },
  });
  const { simulator, store, boardUrl, namespace, redisUrl } = system;
  const [first, second] = simulator.accounts();
  const accountId = first?.accountId ?? "";
  const id = installationIdOf(simulator.settings.app, accountId);
  for (const account of [first, second])
    expect((await simulator.install(account?.accountId ?? "")).status).toBe(202);
  await simulator.install(second?.accountId ?? "", { type: "OTHER" });
  await vi.waitFor(async () => {
    const syncs = await store.syncs.ofInstallation(id);
    expect(syncs.length).toBeGreaterThan(0);
    expect(syncs.map(({ lastRun }) => lastRun?.outcome)).toEqual(syncs.map(() => "succeeded"));
  }, patient);

  const deliveryId = await addWebhook(store, id);
  const ownKeys = JSON.stringify({ keys: [generateTokenKey()] });
  const env = { REDIS_URL: redisUrl, REDIS_NAMESPACE: namespace, MONGODB_URL: through(operator.url) };
  const commands = [
    ["accounts", "show", accountId],
    ["accounts", "pause", accountId, "--sync", "assets"],
    ["accounts", "refresh", accountId],
    ["syncs", "list"],
    ["keys", "list"],
    ["audit"],
    ["api-keys", "create", "own", "--right", "accounts:read"],
    ["webhooks", "add", accountId],
    ["webhooks", "rotate", endpointId],
    ["webhooks", "show", deliveryId],
    ["webhooks", "replay", "--account", accountId],
    ["doctor", "--only", "mongodb", "schedule", "webhooks"],
    ["notify", "add", "https://receiver.invalid/"],
    ["notify", "list"],
  ];
  const SEALING_PUBLIC_KEY = JSON.stringify((await generateSealingKey()).publicKey);
  // Many at once on a busy machine.
  const ofCli = {
    env: { ...env, WEBHOOK_KEY: ownKeys, SEALING_PUBLIC_KEY },
    input: signingKey,
    killAfterMs: 100_000,
  };
  const results = await Promise.all(commands.map((args) => runCli([...args, "--json"], ofCli)));
  expect(results.map(({ stderr }, index) => [commands[index], stderr])).toEqual(
    commands.map((args) => [args, ""]),
  );

  const TOKEN_KEY = JSON.stringify({ keys: [generateTokenKey()] });
  const { ask, opsUrl } = await apiOf(system, { ...env, MONGODB_URL: through(api.url), TOKEN_KEY });
  const ofAccount = `/v1/accounts/${accountId}`;
  for (const [method, path, status] of [
    ["GET", "/v1/accounts", 200],
    ["GET", ofAccount, 200],
    ["POST", `${ofAccount}/syncs/sites/run`, 202],
  ] as const)
    expect([path, (await ask(method, path)).status]).toEqual([path, status]);
  expect((await ask("PATCH", ofAccount, { reference: "7" })).status).toBe(200);
  const [receiver] = await store.events.receivers.list();
  const ofReceiver = `/v1/webhooks/${receiver?._id}`;
  expect((await ask("POST", `${ofReceiver}/test`)).status).toBe(202);
  const since = new Date(0).toISOString();
  expect((await ask("POST", `${ofReceiver}/replay`, { since })).status).toBe(202);
  expect((await ask("GET", `${ofReceiver}/deliveries`)).status).toBe(200);
  expect((await ask("PATCH", ofReceiver, { state: "enabled" })).status).toBe(200);
  expect((await fetch(`${opsUrl}/readyz`)).status).toBe(200);

  const person = await visit(boardUrl, { name: system.boardUser, password: system.boardPassword });
  const page = `/accounts/${encodeURIComponent(id)}`;
  expect((await person.submit("/api-keys/new", { name: "own", rights: "accounts:read" })).status).toBe(201);
  const toTell = { url: "https://receiver.invalid/", events: "sync.failing" };
  expect((await person.submit("/receivers/new", toTell)).status).toBe(201);
  const ofPage = `/receivers/${(await store.events.receivers.list()).at(-1)?._id}`;
  expect((await person.submit(`${ofPage}/do/rotate`, { hours: "1" })).status).toBe(200);
  const endpoint = `/webhooks/endpoints/${endpointId}`;
  const delivery = `/webhooks/deliveries/${encodeURIComponent(deliveryId)}`;
  const pages = ["/", "/accounts", page, "/api-keys", "/webhooks", "/webhooks/endpoints", endpoint, delivery];
  const ofReceivers = ["/receivers", ofPage, `${ofPage}?outcome=failed`];
  const lists = ["/accounts?sort=newest", "/accounts?state=active", "/accounts?search=7"];
  for (const path of [...pages, ...ofReceivers, ...lists, "/readyz"])
    expect([path, (await person.send(path)).status]).toEqual([path, 200]);
  for (const action of ["sync-now", "pause", "resume", "refresh-token"])
    expect([action, (await person.submit(`${page}/do/${action}`)).status]).toEqual([action, 303]);
  for (const [path, form] of [
    [`/webhooks/add?account=${encodeURIComponent(id)}`, { key: signingKey }],
    [`${endpoint}/do/rotate`, { key: signingKey, hours: "1" }],
    [`${ofPage}/do/test`, {}],
    [`${ofPage}/do/replay-since`, { since: "2026-01-01T00:00" }],
    [`${ofPage}/do/disable`, {}],
    [`${ofPage}/do/enable`, {}],
    [`${ofPage}/do/remove`, { receiver: ofPage.slice("/receivers/".length).slice(0, 10) }],
    [`${endpoint}/do/pause`, {}],
    [`${delivery}/do/replay`, {}],
    [`/webhooks/replay?account=${encodeURIComponent(id)}`, {}],
    [`${endpoint}/do/remove`, { endpoint: endpointId.slice(0, 6) }],
  ] as const)
    expect([path, (await person.submit(path, form)).status]).toEqual([path, 303]);
  expect((await person.submit(`${page}/do/forget`, { accountId })).status).toBe(303);
  await vi.waitFor(async () => expect(await store.installations.find(id)).toBeNull(), patient);

  expect(await runCli(["after-restore", "--yes"], { env })).toMatchObject({ code: 0 });

  expect({
    worker: deniedTo("worker", worker.takeCounts()),
    board: deniedTo("board", board.takeCounts()),
    api: deniedTo("api", api.takeCounts()),
    operator: deniedTo("operator", operator.takeCounts()),
  }).toEqual({ worker: [], board: [], api: [], operator: [] });
  allSeen = true;
}, 120_000);

// With `WRITE=1` it adds what is not there.
test("docs/scale.md names each of these queries that reaches every shard", () => {
  if (process.env.WRITE) writeQueries(queries);
  expect(allSeen, "the test above makes them").toBe(true);
  const seen = distinctQueries(queries);
  const documented = documentedQueries();
  const textOf = ({ collection, what, reach }: Query) => `${collection} ${what}: ${reach}`;
  const known = new Set(documented.map(textOf));
  // Not each of the others: some are made only when two meet.
  expect(
    seen
      .filter(({ reach }) => reach === "all")
      .map(textOf)
      .filter((one) => !known.has(one)),
  ).toEqual([]);
  // What is not made any more is taken out: most of the table is seen here.
  const made = new Set(seen.map(textOf));
  expect(documented.filter((one) => !made.has(textOf(one))).length).toBeLessThan(documented.length / 4);
});

test("no service may change or remove an entry of the audit log, not even a worker", () => {
  for (const user of ["worker", "board", "api", "operator"] as const) {
    const privileges = privilegesOf(user, "fleetkeeper", builtInResources);
    const audit = privileges.find(({ resource }) => resource.collection === "audit")?.actions ?? [];
    expect([user, audit.filter((action) => /update|remove/.test(action))]).toEqual([user, []]);
    expect(audit).toContain("insert");
    // Named one by one: none is of the whole database.
    const names = privileges.map(({ resource }) => resource.collection);
    expect(
      names.every((name) => [...ownCollections, ...builtInResources].some((known) => known === name)),
    ).toBe(true);
  }
});

test("a board may not write records, and anyone who takes it over cannot", () => {
  const board = privilegesOf("board", "fleetkeeper", builtInResources);
  const written = board.filter(({ actions }) =>
    actions.some((action) => /insert|update|remove/.test(action)),
  );
  expect(written.map(({ resource }) => resource.collection).toSorted()).toEqual([
    "accounts",
    "apiKeys",
    "audit",
    "eventAttempts",
    "eventLanes",
    "eventLog",
    "eventReceivers",
    "installations",
    "notifications",
    "probes",
    "syncs",
    "webhookEndpoints",
  ]);
});
