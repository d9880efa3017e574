// A Sentinel group on this machine: a master, its replicas and three Sentinels that agree when one of them
// takes over.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Redis } from "ioredis";
import { findRedis, startRedisBinary } from "./redis-binary.ts";
import type { RedisGroup, RunningServer, ServerOptions } from "./running-server.ts";
import { until } from "./until.ts";

export interface SentinelOptions extends Pick<ServerOptions, "env" | "onProgress"> {
  /** At least 1, the default. */
  replicas?: number;
}

const group = "mymaster";
const sentinels = 3;
const downAfterMs = 1_500;

/** @throws NoRedisError, ServerNotStartedError */
export async function startRedisSentinel(options: SentinelOptions = {}): Promise<RedisGroup> {
  const { env = process.env, onProgress = () => {}, replicas = 1 } = options;
  const binary = await findRedis(env, onProgress);
  const servers: RunningServer[] = [];
  const watchers: RunningServer[] = [];
  const close = async () => {
    await Promise.all(watchers.map((one) => one.close()));
    await Promise.all(servers.map((one) => one.close()));
  };
  try {
    const master = await startRedisBinary(binary, { args: ["--repl-diskless-sync-delay", "0"] });
    servers.push(master);
    const { port } = new URL(master.url);
    const replicaOf = ["--replicaof", `127.0.0.1 ${port}`, "--repl-diskless-sync-delay", "0"];
    for (let count = 0; count < replicas; count++) {
      const replica = await startRedisBinary(binary, { args: replicaOf });
      servers.push(replica);
      await asked(replica, (redis) =>
        until(async () => (await redis.info("replication")).includes("master_link_status:up")),
      );
    }
    for (let count = 0; count < sentinels; count++)
      watchers.push(
        await startRedisBinary(binary, {
          args: async (folder) => {
            // Not on the command line: a Sentinel writes what it learns into this file.
            const file = join(folder, "sentinel.conf");
            await writeFile(file, configurationFor(port));
            return [file, "--sentinel"];
          },
        }),
      );
    for (const watcher of watchers) await asked(watcher, (redis) => until(() => knows(redis, replicas)));
  } catch (error) {
    await close();
    throw error;
  }
  const hosts = watchers.map(({ url }) => new URL(url).host).join(",");
  return {
    url: `redis+sentinel://${hosts}/${group}`,
    origin: `Sentinel group of ${servers[0]?.origin}`,
    servers,
    close,
  };
}

function configurationFor(port: string): string {
  return `
sentinel monitor ${group} 127.0.0.1 ${port} 2
sentinel down-after-milliseconds ${group} ${downAfterMs}
sentinel failover-timeout ${group} 6000
`;
}

async function knows(redis: Redis, replicas: number): Promise<boolean> {
  const seen = String(await redis.call("INFO", "sentinel"));
  return seen.includes(`slaves=${replicas},sentinels=${sentinels}`);
}

async function asked(server: RunningServer, ask: (redis: Redis) => Promise<void>): Promise<void> {
  const redis = new Redis(server.url, { enableReadyCheck: false });
  try {
    await ask(redis);
  } finally {
    redis.disconnect();
  }
}
