// Whether a server answers, and what it is.

import { Redis } from "ioredis";
import { MongoClient } from "mongodb";

/** Resolves with the version once the Redis server at url has answered a PING; rejects after `timeoutMs`. */
export async function pingRedis(url: string, timeoutMs = 1_000): Promise<string> {
  const redis = new Redis(oneOf(url), {
    lazyConnect: true,
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
    disconnectTimeout: 100,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  let reason: unknown;
  redis.on("error", (error) => {
    reason = error; // connect() itself only says that the connection is closed
  });
  try {
    await redis.connect();
    await redis.ping();
    const info = await redis.info("server");
    return /^valkey_version:(\S+)/m.exec(info)?.[1] ?? /^redis_version:(\S+)/m.exec(info)?.[1] ?? "unknown";
  } catch (error) {
    throw reason ?? error;
  } finally {
    if (redis.status !== "end") redis.disconnect(); // on a closed one it would hold up the process for 2 s
  }
}

/** Of a cluster or a Sentinel group, the address of the first server that the URL names. */
function oneOf(url: string): string {
  const [, tls = "", kind, login = "", host = ""] =
    /^redis(s?)\+(cluster|sentinel):\/\/(?:(.*)@)?([^,/?]+)/.exec(url) ?? [];
  if (kind === undefined) return url;
  // The login is that of the servers, not of the Sentinels.
  if (kind === "sentinel") return `redis${tls}://${/:\d+$/.test(host) ? host : `${host}:26379`}`;
  return `redis${tls}://${login === "" ? "" : `${login}@`}${host}`;
}

/**
 * Resolves with the version once the MongoDB server at url has answered a ping; rejects after `timeoutMs`.
 */
export async function pingMongodb(url: string, timeoutMs = 1_000): Promise<string> {
  const client = new MongoClient(url, {
    serverSelectionTimeoutMS: timeoutMs,
    connectTimeoutMS: timeoutMs,
    socketTimeoutMS: timeoutMs,
  });
  try {
    await client.db("admin").command({ ping: 1 });
    const info = await client.db("admin").command({ buildInfo: 1 });
    return String(info.version);
  } finally {
    await client.close();
  }
}
