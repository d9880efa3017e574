// A connection to Redis of any kind: one server, Sentinel or cluster.

import type { Cluster, Redis } from "ioredis";

/** To one server, to the master of a Sentinel group, or to all masters of a cluster. */
export type RedisClient = Redis | Cluster;

/** To one server, alone or part of a group. */
export type RedisServer = Redis;

/** One connection per server that takes writes: one, or as many as the cluster has masters. */
export function mastersOf(redis: RedisClient): RedisServer[] {
  return "nodes" in redis ? redis.nodes("master") : [redis];
}
