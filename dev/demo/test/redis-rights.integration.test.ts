// Least privilege in Redis, on a real server with an ACL file: each service works with its own user, and can
// do no more.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createQueueSet, type QueueName } from "@fleetkeeper/jobs";
import { startRedis, testNamespace } from "@fleetkeeper/local-stack";
import { installationIdOf } from "@fleetkeeper/model";
import {
  connected,
  connectProducer,
  findKeys,
  type RedisClient,
  type RedisUser,
  redisAcl,
  redisKeys,
  redisUsers,
} from "@fleetkeeper/redis";
import { generateTokenKey } from "@fleetkeeper/sealing";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { visit } from "../../../services/board/test/visitor.ts";
import { apiOf } from "./api-of.ts";
import { runSystem } from "./running-system.ts";

const patient = { timeout: 60_000, interval: 100 };
const namespace = testNamespace();
const keys = redisKeys(namespace);
const passwords = Object.fromEntries(redisUsers.map((user) => [user, `password-of-${user}`])) as Record<
  RedisUser,
  string
>;
const closers: (() => Promise<unknown>)[] = [];
let serverUrl = "";
let admin: RedisClient;

const urlOf = (user: RedisUser) => serverUrl.replace("redis://", `redis://${user}:${passwords[user]}@`);

async function connect(url: string): Promise<RedisClient> {
  const redis = connectProducer(url);
  await connected(redis);
  return redis;
}

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), "fleetkeeper-acl-"));
  closers.push(() => rm(folder, { recursive: true }));
  const aclFile = join(folder, "redis_acl");
  await writeFile(aclFile, "user default on nopass ~* &* +@all\n");
  const server = await startRedis({
    own: true,
    args: ["--aclfile", aclFile],
  });
  closers.push(() => server.close());
  serverUrl = server.url;
  const first = await connect(serverUrl);
  await writeFile(aclFile, redisAcl(namespace, passwords));
  await first.call("ACL", "LOAD");
  first.disconnect();
  admin = await connect(urlOf("admin"));
  closers.push(() => admin.quit());
});

afterAll(async () => {
  for (let close = closers.pop(); close !== undefined; close = closers.pop()) await close();
});

test("each service works with exactly its rights: an account is installed, synced, shown, controlled and forgotten", async () => {
  await admin.call("ACL", "LOG", "RESET");
  const system = await runSystem({}, urlOf("admin"), {
    namespace,
    environmentOf: (service) => ({ REDIS_URL: urlOf(service) }),
  });
  const { simulator, store, boardUrl, opsUrls } = system;
  const [account] = simulator.accounts();
  const id = installationIdOf(simulator.settings.app, account?.accountId ?? "");
  expect((await simulator.install(account?.accountId ?? "")).status).toBe(202);
  await vi.waitFor(async () => {
    const syncs = await store.syncs.ofInstallation(id);
    expect(syncs.length).toBeGreaterThan(0);
    expect(syncs.map(({ lastRun }) => lastRun?.outcome)).toEqual(syncs.map(() => "succeeded"));
  }, patient);
  for (const url of opsUrls)
    for (const path of ["readyz", "healthz/deep", "metrics"])
      expect([path, (await fetch(`${url}/${path}`)).status]).toEqual([path, 200]);

  const operator = await visit(boardUrl, { name: system.boardUser, password: system.boardPassword });
  for (const page of [
    "/",
    "/accounts",
    "/callbacks",
    `/accounts/${encodeURIComponent(id)}`,
    "/queues/api/queues",
  ])
    expect([page, (await operator.send(page)).status]).toEqual([page, 200]);
  for (const action of ["pause", "resume"])
    expect((await operator.send(`/queues/api/queues/sync/${action}`, { method: "PUT" })).status).toBe(200);
  const page = `/accounts/${encodeURIComponent(id)}/do`;
  await vi.waitFor(async () => {
    const inbox = await operator.page("/callbacks");
    expect(inbox).toContain(`<strong>${account?.accountId}</strong>`);
    expect(inbox).not.toContain("not checked");
  }, patient);
  expect((await operator.submit(`${page}/refresh-token`)).status).toBe(303);
  expect((await operator.submit(`${page}/forget`, { accountId: account?.accountId ?? "" })).status).toBe(303);
  await vi.waitFor(async () => expect(await store.installations.find(id)).toBeNull(), patient);

  const denied = ((await admin.call("ACL", "LOG")) as unknown[][]).map((entry) => String(entry));
  expect(denied).toEqual([]);
});

test("the API works with exactly its rights, and adds to no queue but `prewarm`: it gives a token that is not there yet", async () => {
  await admin.call("ACL", "LOG", "RESET");
  const TOKEN_KEY = JSON.stringify({ keys: [generateTokenKey()] });
  const onlyKey = (service: string) => (service === "worker" ? { TOKEN_KEY } : {});
  let MONGODB_URL = "";
  const system = await runSystem({}, urlOf("admin"), {
    namespace,
    environmentOf: (service) => ({ REDIS_URL: urlOf(service), ...onlyKey(service) }),
    onDatabase: (url) => {
      MONGODB_URL = url;
    },
  });
  const { simulator, store } = system;
  const [account] = simulator.accounts();
  const id = installationIdOf(simulator.settings.app, account?.accountId ?? "");
  await simulator.install(account?.accountId ?? "");
  await vi.waitFor(async () => {
    expect((await store.installations.find(id))?.lastToken?.outcome).toBe("granted");
  }, patient);

  const { ask, opsUrl } = await apiOf(system, { REDIS_URL: urlOf("api"), MONGODB_URL, TOKEN_KEY });
  const path = `/v1/accounts/${account?.accountId}`;
  expect((await ask("POST", `${path}/token`)).status).toBe(200);
  for (const key of await findKeys(admin, `*${namespace}*:token:*`)) await admin.del(key);
  expect((await ask("POST", `${path}/token`)).status).toBe(200);
  for (const [method, route, status] of [
    ["GET", path, 200],
    ["POST", `${path}/syncs/assets/run`, 202],
  ] as const)
    expect([route, (await ask(method, route)).status]).toEqual([route, status]);
  expect((await fetch(`${opsUrl}/readyz`)).status).toBe(200);
  const denied = ((await admin.call("ACL", "LOG")) as unknown[][]).map((entry) => String(entry));
  expect(denied).toEqual([]);

  for (const queue of ["install", "forget", "dispatch", "sync"] as const)
    await refused("api", [
      ["HGETALL", `${jobOf(queue)}:1`],
      ["LPUSH", `${jobOf(queue)}:wait`, "1"],
      ["EVAL", `return redis.call("LPUSH", KEYS[1], "1")`, 1, `${jobOf(queue)}:wait`],
    ]);
});

const isRefusal = (answer: unknown) =>
  /NOPERM|No permissions|ACL failure|user executing the script can.t/.test(String(answer));

/** Each is refused by Redis itself, with NOPERM. */
async function refused(user: RedisUser, commands: (string | number)[][]): Promise<void> {
  const done: unknown[] = [];
  const redis = await connect(urlOf(user));
  onTestFinished(() => redis.disconnect());
  for (const [command = "", ...args] of commands) {
    const answer = await redis.call(String(command), ...args).catch((error: Error) => error.message);
    if (!isRefusal(answer)) done.push([user, command, ...args, answer]);
  }
  expect(done).toEqual([]);
}

const token = keys.accessToken(installationIdOf("@a/b", "1"), "inputs");
const jobOf = (queue: string) => `${keys.queuePrefix(queue)}:${queue}`;
const forEverybody = [
  ["KEYS", "*"],
  ["SCAN", 0],
  ["RANDOMKEY"],
  ["FLUSHALL"],
  ["FLUSHDB"],
  ["CONFIG", "GET", "requirepass"],
  ["CONFIG", "SET", "appendonly", "no"],
  ["SCRIPT", "FLUSH"],
  ["FUNCTION", "FLUSH"],
  ["ACL", "LIST"],
  ["CLIENT", "KILL", "TYPE", "normal"],
  ["CLIENT", "PAUSE", 1],
  ["MONITOR"],
  ["SHUTDOWN", "NOSAVE"],
  ["REPLICAOF", "NO", "ONE"],
  ["SAVE"],
  ["MIGRATE", "127.0.0.1", 1, token, 0, 1],
  ["SWAPDB", 0, 1],
  ["SET", "elsewhere", 1],
];

test("the ingress reads no token, adds to no queue but `install` and `webhook`, makes no endpoint, and forgets no account", async () => {
  const writes = (["forget", "prewarm", "dispatch", "sync"] as const).flatMap((queue) => [
    ["LPUSH", `${jobOf(queue)}:wait`, "1"],
    ["HSET", `${jobOf(queue)}:1`, "data", "{}"],
    ["HGETALL", `${jobOf(queue)}:1`],
    ["EVAL", `return redis.call("LPUSH", KEYS[1], "1")`, 1, `${jobOf(queue)}:wait`],
    ["EVAL", `return redis.call("LPUSH", "${jobOf(queue)}:wait", "1")`, 0],
  ]);
  await refused("ingress", [
    ...forEverybody,
    ...writes,
    ["GET", token],
    ["SET", token, "x"],
    ["DEL", token],
    ["GET", `${token}:failure`],
    ["SET", `${token}:failure`, "x"],
    ["EVAL", `return redis.call("GET", KEYS[1])`, 1, token],
    ["GET", keys.accountCounts()],
    ["GET", keys.endedSession("1")],
    ["SET", keys.webhookEndpoint("e"), "x"],
    ["DEL", keys.webhookEndpoint("e")],
    ["COPY", keys.webhookEndpoint("e"), keys.webhookEndpoint("f")],
    ["COPY", token, keys.callbackToken("1")],
    ["RENAME", token, keys.callbackToken("1")],
    ["LRANGE", keys.callbackInbox("taken"), 0, -1],
  ]);
  const redis = await connect(urlOf("ingress"));
  const errors: Error[] = [];
  const queues = createQueueSet({ redis, namespace, onError: (error) => errors.push(error) });
  onTestFinished(async () => {
    await queues.close();
    redis.disconnect();
  });
  const { id = "" } = await queues.queues.install.add("install", {} as never, { jobId: "allowed" });
  expect(await admin.exists(`${jobOf("install")}:${id}`)).toBe(1);
  await queues.queues.webhook.add("delivery", {} as never, { jobId: "allowed" });
  expect(await redis.get(keys.webhookEndpoint("e"))).toBeNull();
  expect(await redis.hincrby(keys.webhookRefusals("e"), "signature", 1)).toBe(1);
  for (const queue of ["forget", "prewarm", "dispatch", "sync"] as QueueName[])
    await expect(queues.queues[queue].add("x", {} as never)).rejects.toThrow(/NOPERM|No permissions|ACL/);
});

test("the board reads no token; the API and the command line read them and write none; a client without a password can do nothing", async () => {
  for (const user of ["board", "operator"] as const)
    await refused(user, [
      ...forEverybody.filter(
        ([command, action]) => user !== "operator" || `${command} ${action}` !== "CONFIG GET",
      ),
      ["SET", token, "x"],
      ["DEL", token],
      ["SET", `${token}:failure`, "x"],
      ["SET", keys.accountCounts(), "x"],
      ["SET", keys.callbackToken("1"), "x"],
      ["GET", keys.webhookEndpoint("e")],
      ["SET", keys.webhookEndpoint("e"), "x"],
      ["HSET", keys.webhookRefusals("e"), "signature", 9],
      ["LPUSH", keys.callbackInbox("taken"), "{}"],
    ]);
  await refused("board", [
    ["GET", token],
    ["EVAL", `return redis.call("GET", KEYS[1])`, 1, token],
    ["DEL", keys.apiLimit(installationIdOf("@a/b", "1"), "operators")],
  ]);
  await refused("api", [
    ...forEverybody,
    ["LRANGE", keys.callbackInbox("taken"), 0, -1],
    ["SET", token, "x"],
    ["DEL", token],
    ["SET", `${token}:failure`, "x"],
    ["GET", keys.webhookEndpoint("e")],
    ["LPUSH", `${jobOf("webhook")}:wait`, "1"],
  ]);
  for (const user of ["api", "operator"] as const) {
    const reader = await connect(urlOf(user));
    onTestFinished(() => reader.disconnect());
    expect(await reader.get(token)).toBeNull();
  }
  await refused("worker", forEverybody);

  const nobody = await connect(serverUrl);
  onTestFinished(() => nobody.disconnect());
  expect(await nobody.ping()).toBe("PONG");
  for (const [command = "", ...args] of [...forEverybody, ["GET", token], ["INFO"]])
    await expect(nobody.call(String(command), ...args)).rejects.toThrow(/NOPERM/);
});
