// How many servers Redis is, and whether there is one to take over for each that takes writes.

import { mastersOf, parseRedisUrl, type RedisClient } from "@fleetkeeper/redis";
import { type Finding, ok, problem, warning } from "../finding.ts";

/** `replicas`: how many each master has. */
export async function topologyOf(
  redis: RedisClient,
  redisUrl: string,
  replicas: readonly number[],
): Promise<Finding[]> {
  const address = parseRedisUrl(redisUrl);
  if (address.kind === "single") return [ok("REDIS_TOPOLOGY", "one server, by its own address")];
  const kind =
    address.kind === "cluster" ? `cluster of ${replicas.length} masters` : `Sentinel group ${address.group}`;
  const alone = replicas.filter((count) => count === 0).length;
  return [
    ...(address.kind === "cluster" ? await clusterStateOf(redis) : []),
    alone === 0
      ? ok("REDIS_TOPOLOGY", `${kind}, with replicas: ${replicas.join(", ")}`)
      : warning(
          "REDIS_NO_REPLICA",
          `${kind}: ${alone} of ${replicas.length} masters without a replica, so nothing takes over from it`,
          "Add a replica to each master, or bring it back.",
        ),
  ];
}

async function clusterStateOf(redis: RedisClient): Promise<Finding[]> {
  const states = await Promise.all(
    mastersOf(redis).map(async (one) => String(await one.call("CLUSTER", "INFO"))),
  );
  return states.every((state) => state.includes("cluster_state:ok"))
    ? []
    : [
        problem(
          "REDIS_CLUSTER_DOWN",
          "the cluster says that it is down: some slots have no master",
          "Look at `redis-cli --cluster check`.",
        ),
      ];
}
