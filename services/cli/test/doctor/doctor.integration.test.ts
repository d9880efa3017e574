// Misconfigurations made on purpose: the doctor finds each of them, says what to do, and finds nothing where
// nothing is wrong.

import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { queueNames } from "@fleetkeeper/jobs";
import { startRedis, startRedisCluster, startRedisSentinel } from "@fleetkeeper/local-stack";
import { type Generation, installationIdOf, type SealedText } from "@fleetkeeper/model";
import { connectConsumer } from "@fleetkeeper/redis";
import { generateTokenKey } from "@fleetkeeper/sealing";
import { expect, onTestFinished, test, vi } from "vitest";
import { checkNames } from "../../src/doctor/doctor.ts";
import { app, setup, type World } from "../world.ts";
import { problemsOf } from "./problems-of.ts";

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

async function ownRedis(...args: string[]): Promise<string> {
  const server = await startRedis({ own: true, args });
  onTestFinished(() => server.close());
  return server.url;
}

async function installed(world: World) {
  const account = world.simulator.addAccount({ assets: 3 });
  const id = world.installationIdOf(account);
  await world.startWorker();
  await world.install(account);
  await vi.waitFor(
    async () => {
      const syncs = await world.store.syncs.ofInstallation(id);
      expect(syncs.length).toBeGreaterThan(0);
      expect(syncs.every(({ lastRun }) => lastRun !== null)).toBe(true);
    },
    { timeout: 40_000, interval: 50 },
  );
  return id;
}

test("where nothing is wrong it finds nothing", async () => {
  const world = await setup();
  await installed(world);
  const { codes, findings } = await problemsOf(world, [], { BOARD_SESSION_KEY: "k".repeat(32) });
  expect(codes).toEqual([]);
  expect([...new Set(findings.map(({ check }) => check))].sort()).toEqual([...checkNames].sort());
  expect(findings.filter(({ level }) => level === "skipped")).toEqual([]);
  const { stdout, code } = await world.cli(["doctor"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/0 problems, \d warnings?\n$/);
});

test("Redis without an append-only file", async () => {
  const REDIS_URL = await ownRedis("--appendonly", "no");
  expect((await problemsOf(await setup(), ["redis"], { REDIS_URL })).codes).toEqual([
    "REDIS_NOT_APPEND_ONLY",
  ]);
});

test("Redis that evicts", async () => {
  const REDIS_URL = await ownRedis("--maxmemory-policy", "allkeys-lru");
  expect((await problemsOf(await setup(), ["redis"], { REDIS_URL })).codes).toEqual(["REDIS_EVICTS"]);
});

test("Redis that is short of memory", async () => {
  const REDIS_URL = await ownRedis();
  const redis = connectConsumer(REDIS_URL);
  onTestFinished(() => redis.disconnect());
  await redis.config("SET", "maxmemory", "1mb");
  expect((await problemsOf(await setup(), ["redis"], { REDIS_URL })).codes).toEqual(["REDIS_MEMORY_SHORT"]);
});

test("one master of a cluster that evicts and keeps nothing, and none with a replica", async () => {
  const cluster = await startRedisCluster();
  onTestFinished(() => cluster.close());
  const third = cluster.servers[2]?.url ?? "";
  const redis = connectConsumer(third);
  onTestFinished(() => redis.disconnect());
  await redis.config("SET", "maxmemory-policy", "allkeys-lru");
  await redis.config("SET", "appendonly", "no");
  const { problems, findings } = await problemsOf(await setup(), ["redis"], { REDIS_URL: cluster.url });
  expect(problems.map(({ code, says }) => [code, says.split(": ")[0]])).toEqual([
    ["REDIS_NOT_APPEND_ONLY", new URL(third).host],
    ["REDIS_EVICTS", new URL(third).host],
  ]);
  expect(findings).toContainEqual(expect.objectContaining({ code: "REDIS_NO_REPLICA", level: "warning" }));
});

test("a Sentinel group that is as it should be", async () => {
  const group = await startRedisSentinel();
  onTestFinished(() => group.close());
  const { codes, findings } = await problemsOf(await setup(), ["redis"], { REDIS_URL: group.url });
  expect(codes).toEqual([]);
  expect(findings).toContainEqual(
    expect.objectContaining({ code: "REDIS_TOPOLOGY", says: "Sentinel group mymaster, with replicas: 1" }),
  );
});

test("Redis that is not reachable is said once", async () => {
  const world = await setup();
  const { codes, findings } = await problemsOf(world, ["redis", "queues", "schedule"], {
    REDIS_URL: "redis://127.0.0.1:1",
  });
  expect(codes).toEqual(["REDIS_UNREACHABLE"]);
  expect(findings.filter(({ code }) => code === "NOT_LOOKED_AT")).toHaveLength(2);
});

test("MongoDB that is not reachable", async () => {
  const world = await setup();
  const { codes } = await problemsOf(world, ["mongodb", "sealing"], {
    MONGODB_URL: "mongodb://127.0.0.1:1/x",
  });
  expect(codes).toEqual(["MONGODB_UNREACHABLE"]);
});

test("an index that is missing", async () => {
  const world = await setup();
  await world.db.collection("syncs").dropIndex("nextRunAt_1");
  const { codes, problems } = await problemsOf(world, ["mongodb"]);
  expect(codes).toEqual(["MONGODB_INDEX_MISSING"]);
  expect(problems[0]?.says).toContain("syncs (nextRunAt)");
});

test("a MongoDB URL that asks for less than is done is warned of", async () => {
  const world = await setup();
  const url = new URL(world.env.MONGODB_URL ?? "");
  url.searchParams.set("w", "1");
  url.searchParams.set("readPreference", "secondaryPreferred");
  const { findings } = await problemsOf(world, ["mongodb"], { MONGODB_URL: url.href });
  expect(findings.filter(({ level }) => level === "warning")).toMatchObject([
    { code: "MONGODB_URL_OPTIONS", says: "MONGODB_URL says readPreference=secondaryPreferred, w=1" },
  ]);
});

test("a key set that is not reachable", async () => {
  const world = await setup();
  const { codes } = await problemsOf(world, ["key-set"], { TRACKUNIT_JWKS_URL: "http://127.0.0.1:1/" });
  expect(codes).toEqual(["KEY_SET_UNREACHABLE"]);
});

test.each<[name: string, answer: string]>([
  ["holds no key to verify with", JSON.stringify({ keys: [{ kty: "oct", k: "c2VjcmV0", kid: "1" }] })],
  ["is a web page", "<html></html>"],
])("a key set that %s", async (_name, answer) => {
  const TRACKUNIT_JWKS_URL = await serve((_request, response) => response.end(answer));
  expect((await problemsOf(await setup(), ["key-set"], { TRACKUNIT_JWKS_URL })).codes).toEqual([
    "KEY_SET_UNUSABLE",
  ]);
});

test("a token endpoint that fails and an unavailable API", async () => {
  const TRACKUNIT_TOKEN_URL = await serve((_request, response) => response.writeHead(502).end());
  const extra = { TRACKUNIT_TOKEN_URL, TRACKUNIT_API_URL: "http://127.0.0.1:1" };
  expect((await problemsOf(await setup(), ["trackunit"], extra)).codes).toEqual([
    "TOKEN_ENDPOINT_FAILS",
    "API_UNREACHABLE",
  ]);
});

test("a clock that is wrong", async () => {
  const ahead = (_request: unknown, response: Parameters<RequestListener>[1]) =>
    response.writeHead(404, { date: new Date(Date.now() + 125_000).toUTCString() }).end();
  const TRACKUNIT_TOKEN_URL = await serve(ahead);
  const { codes, problems } = await problemsOf(await setup(), ["trackunit", "clock"], {
    TRACKUNIT_TOKEN_URL,
  });
  expect(codes).toEqual(["CLOCK_WRONG"]);
  expect(problems[0]?.says).toMatch(/2 min [45] s behind that of the token endpoint/);
});

test("a dispatch tick that is lost, and queues without workers", async () => {
  const world = await setup();
  const stop = await world.startWorker();
  expect((await problemsOf(world, ["schedule", "queues"])).codes).toEqual([]);
  await stop();
  await world.queues.queues.dispatch.removeJobScheduler("tick");
  const { codes } = await problemsOf(world, ["schedule", "queues"]);
  expect(codes).toEqual([...queueNames.map(() => "QUEUE_NO_WORKER"), "TICK_MISSING"]);
});

test("webhook endpoints that no ingress knows, that have no key, or that are quiet for long", async () => {
  const world = await setup();
  const { webhookEndpoints } = world.store;
  const webhooks = async (WEBHOOK_KEY: string) => {
    const { findings } = await problemsOf(world, ["webhooks"], { WEBHOOK_KEY });
    return findings.map(({ level, code }) => [level, code]);
  };
  const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);
  const sealedKey = "eyJhbGciOiJkaXIifQ..a.b.c" as SealedText;
  const one = { installationId: installationIdOf(app, "1"), events: [], sealedKey };
  await webhookEndpoints.add({ ...one, endpointId: "a", now: new Date() });
  await webhookEndpoints.add({ ...one, endpointId: "b", now: daysAgo(2) });
  await webhookEndpoints.add({ ...one, sealedKey: undefined, endpointId: "c", now: daysAgo(2) });
  const keys = [generateTokenKey()];
  expect(await Promise.all(["", JSON.stringify({ keys })].map(webhooks))).toEqual([
    [["problem", "WEBHOOK_KEY_MISSING"]],
    [
      ["problem", "WEBHOOK_ENDPOINTS_UNTOLD"],
      ["warning", "WEBHOOKS_SILENT"],
      ["warning", "WEBHOOK_ENDPOINTS_WITHOUT_KEY"],
    ],
  ]);
});

test("API keys: one for an app that no account has installed, and no key at all, which is fine", async () => {
  const world = await setup();
  const found = async () => {
    const { findings } = await problemsOf(world, ["api-keys"]);
    return findings.map(({ level, code, says }) => [level, code, says]);
  };
  expect(await found()).toEqual([["ok", "API_KEYS", "there is no API key: the API is not used"]]);
  const createdAt = new Date();
  const key = { hash: "h", name: "reports", rights: ["records:read" as const], createdAt, createdBy: "jo" };
  await world.store.apiKeys.add({ ...key, id: "1", irisAppId: null });
  await world.store.apiKeys.add({ ...key, id: "2", irisAppId: "@no/body" });
  const warning = '1 API key for an app that no account has installed ("reports" of @no/body)';
  expect(await found()).toEqual([["warning", "API_KEY_SEES_NOTHING", warning]]);
  await world.store.apiKeys.revoke("2", createdAt);
  expect(await found()).toEqual([["ok", "API_KEYS", "1 API key, all for existing accounts"]]);
});

test("a tick that has stopped", async () => {
  const world = await setup();
  await world.queues.ensureTick(1_000, new Date());
  // BullMQ keeps when it is due next here; nobody has taken it for an hour.
  await world.redis.zadd(`{${world.namespace}-dispatch}:dispatch:repeat`, Date.now() - 3_600_000, "tick");
  const { codes, problems } = await problemsOf(world, ["schedule"]);
  expect(codes).toEqual(["TICK_STOPPED"]);
  expect(problems[0]?.says).toBe("the dispatch tick should have run 1 h ago");
});

test("a schedule that lags", async () => {
  const world = await setup();
  const id = installationIdOf(app, "late");
  const late = { now: new Date(Date.now() - 600_000) };
  await world.store.syncs.plan({ _id: id, generation: "1" as Generation, state: "active" }, ["assets"], late);
  const { codes, problems } = await problemsOf(world, ["schedule"]);
  expect(codes).toContain("SCHEDULE_LATE");
  expect(problems.find(({ code }) => code === "SCHEDULE_LATE")?.says).toContain(
    `${id}/assets) has been due for 10 min`,
  );
});

test("an install that failed, whose credential exists nowhere else", async () => {
  const world = await setup();
  await world.startWorker();
  const installationId = installationIdOf(app, "broken");
  await world.queues.addCallback({
    kind: "install",
    contentHash: "a".repeat(64),
    installationId,
    irisAppId: app,
    accountId: "broken",
    generation: "1" as Generation,
    sealedCredential: "no sealed text" as SealedText,
    clientIdFingerprint: "f",
    receivedAt: new Date(),
  });
  await vi.waitFor(async () => expect(await world.queues.queues.install.getFailedCount()).toBe(1), {
    timeout: 20_000,
  });
  expect((await problemsOf(world, ["queues"])).codes).toEqual(["INSTALLS_FAILED"]);
});
