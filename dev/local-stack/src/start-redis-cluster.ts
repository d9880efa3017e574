// A Redis Cluster on this machine: three masters, with a replica each where one is to fail.

import { Redis } from "ioredis";
import { ServerNotStartedError } from "./errors.ts";
import { findRedis, startRedisBinary } from "./redis-binary.ts";
import type { RedisGroup, RunningServer, ServerOptions } from "./running-server.ts";
import { freePort } from "./server-process.ts";
import { until } from "./until.ts";

export interface ClusterOptions extends Pick<ServerOptions, "env" | "onProgress"> {
  /** For each master: 0 (the default) or 1. */
  replicas?: 0 | 1;
}

const masters = 3;
const slots = 16_384;
/**
 * After this long without an answer a master counts as failed; on a machine with work to do, answers take
 * their time.
 */
const nodeTimeoutMs = 2_000;

/** @throws NoRedisError, ServerNotStartedError */
export async function startRedisCluster(options: ClusterOptions = {}): Promise<RedisGroup> {
  const { env = process.env, onProgress = () => {}, replicas = 0 } = options;
  const binary = await findRedis(env, onProgress);
  const started = await Promise.allSettled(
    Array.from({ length: masters * (1 + replicas) }, async () =>
      startRedisBinary(binary, {
        args: [
          ...["--cluster-enabled", "yes", "--cluster-port", String(await freePort())],
          ...["--cluster-node-timeout", String(nodeTimeoutMs), "--repl-diskless-sync-delay", "0"],
        ],
      }),
    ),
  );
  const servers = started.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const close = async () => void (await Promise.all(servers.map((server) => server.close())));
  try {
    if (servers.length < started.length)
      throw new ServerNotStartedError("not all nodes of the cluster started");
    await join(servers);
  } catch (error) {
    await close();
    throw error;
  }
  const hosts = servers.map(({ url }) => new URL(url).host).join(",");
  return { url: `redis+cluster://${hosts}`, origin: `cluster of ${servers[0]?.origin}`, servers, close };
}

/** Shares out the slots among the first three; the others are their replicas, in the same order. */
async function join(servers: readonly RunningServer[]): Promise<void> {
  const nodes = servers.map(connectTo) as [Node, ...Node[]];
  try {
    for (const [index, { redis }] of nodes.slice(0, masters).entries()) {
      const [from, to] = [index, index + 1].map((part) => Math.floor((part * slots) / masters));
      await redis.call("CLUSTER", "ADDSLOTSRANGE", String(from), String((to ?? 0) - 1));
      await redis.call("CLUSTER", "SET-CONFIG-EPOCH", String(index + 1));
    }
    const [{ redis: first, port }, ...others] = nodes;
    const [, busPort = ""] = (await first.config("GET", "cluster-port")) as string[];
    for (const { redis } of others) await redis.call("CLUSTER", "MEET", "127.0.0.1", String(port), busPort);
    const ids = await Promise.all(nodes.map(({ redis }) => redis.call("CLUSTER", "MYID") as Promise<string>));
    for (const [index, { redis }] of nodes.slice(masters).entries()) {
      const master = ids[index] ?? "";
      await until(async () => String(await redis.call("CLUSTER", "NODES")).includes(master));
      await redis.call("CLUSTER", "REPLICATE", master);
    }
    for (const { redis } of nodes)
      await until(async () => {
        const info = String(await redis.call("CLUSTER", "INFO"));
        const known = info.includes(`cluster_known_nodes:${nodes.length}`);
        return known && info.includes("cluster_state:ok") && (await isInStep(redis));
      });
  } finally {
    for (const { redis } of nodes) redis.disconnect();
  }
}

interface Node {
  redis: Redis;
  port: number;
}

/** The ready check would wait for the cluster that is yet to be made. */
function connectTo({ url }: RunningServer): Node {
  return { redis: new Redis(url, { enableReadyCheck: false }), port: Number(new URL(url).port) };
}

/** A replica that has never had its master's data cannot take over from it. */
async function isInStep(redis: Redis): Promise<boolean> {
  const info = await redis.info("replication");
  return info.includes("role:master") || info.includes("master_link_status:up");
}
