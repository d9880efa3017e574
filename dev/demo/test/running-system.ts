// The whole system for a test: the three services as processes on the run's servers, in a namespace and
// database of their own.

import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { createQueueSet } from "@fleetkeeper/jobs";
import { testNamespace } from "@fleetkeeper/local-stack";
import { closeRedis, connected, connectProducer, findKeys, type RedisClient } from "@fleetkeeper/redis";
import { type Db, MongoClient } from "mongodb";
import { inject, onTestFinished } from "vitest";
import { createProgress } from "../src/progress.ts";
import { type SystemOptions, startSystem } from "../src/system.ts";

/** `env`: over what a test run gives; `redisUrl` for servers of the test's own. */
export async function runSystem(
  env: Record<string, string> = {},
  redisUrl = inject("redisUrl"),
  own: {
    namespace?: string;
    /** Told the address of the database, before anything starts. */
    onDatabase?: (mongodbUrl: string) => void;
  } & Pick<SystemOptions, "environmentOf"> = {},
) {
  const { namespace = testNamespace(), onDatabase, ...services } = own;
  const dataDir = await mkdtemp(join(tmpdir(), "fleetkeeper-system-"));
  const mongodbUrl = new URL(`/${namespace}`, inject("mongodbUrl")).href;
  onDatabase?.(mongodbUrl);
  const closers: (() => Promise<unknown>)[] = [() => rm(dataDir, { recursive: true })];
  onTestFinished(async () => {
    for (let close = closers.pop(); close !== undefined; close = closers.pop()) await close();
  }, 60_000);

  const redis: RedisClient = connectProducer(redisUrl);
  closers.push(() => closeRedis(redis));
  await connected(redis);
  const queues = createQueueSet({ redis, namespace, onError: () => undefined });
  closers.push(() => queues.close());
  const mongo = await MongoClient.connect(mongodbUrl);
  const db: Db = mongo.db(namespace);
  closers.push(async () => {
    await db.dropDatabase();
    await mongo.close();
  });

  const unexpected: Error[] = [];
  const system = await startSystem({
    dataDir,
    env: { ...env, REDIS_URL: redisUrl, MONGODB_URL: mongodbUrl, REDIS_NAMESPACE: namespace },
    progress: createProgress(new Writable({ write: (_chunk, _encoding, done) => done() })),
    anyPorts: true,
    ...services,
    onUnexpectedEnd: (error) => unexpected.push(error),
    defer: (close) => closers.push(close),
  });
  return { ...system, namespace, dataDir, redis, queues, db, unexpected };
}

/** Every key and value of a Redis namespace as text. */
export async function dumpRedis(redis: RedisClient, namespace: string): Promise<string> {
  const parts: string[] = [];
  for (const key of await findKeys(redis, `*${namespace}*`))
    parts.push(key, JSON.stringify(await contentOf(redis, key)));
  return parts.join("\n");
}

async function contentOf(redis: RedisClient, key: string): Promise<unknown> {
  const type = await redis.type(key);
  switch (type) {
    case "string":
      return redis.get(key);
    case "hash":
      return redis.hgetall(key);
    case "list":
      return redis.lrange(key, 0, -1);
    case "set":
      return redis.smembers(key);
    case "zset":
      return redis.zrange(key, "0", "-1", "WITHSCORES");
    case "stream":
      return redis.xrange(key, "-", "+");
    // It has expired, or was deleted by the running system, since it was listed.
    case "none":
      return null;
    default:
      throw new Error(`a Redis value of type ${type} is not dumped`);
  }
}

/** Every document of every collection as text. */
export async function dumpMongodb(db: Db): Promise<string> {
  const parts: string[] = [];
  for (const { name } of await db.listCollections().toArray())
    for await (const document of db.collection(name).find()) parts.push(name, JSON.stringify(document));
  return parts.join("\n");
}

export async function readLogs(logDir: string): Promise<string> {
  const files = await readdir(logDir);
  return (await Promise.all(files.map((file) => readFile(join(logDir, file), "utf8")))).join("\n");
}
