// How sure a 202 can be: what the Redis servers promise about their disks, asked again whenever they may be
// others.

import { createWriteBarrier, type QueueName, QueueUnavailableError, waitForWrites } from "@fleetkeeper/jobs";
import { evictionPolicyOf, type Persistence, persistenceOf, type RedisClient } from "@fleetkeeper/redis";
import type { Log } from "@fleetkeeper/telemetry";

const barrierTimeoutMs = 2_500;

/** How the connections for waits are to be made: their number, and a command time-out above the wait. */
export const forWaits = { connections: 4, commandTimeoutMs: barrierTimeoutMs + 500 };

/** Of all queues alike: they are on the same servers. */
export function createDurability(options: {
  redis: RedisClient;
  namespace: string;
  /** How many replicas must have it as well. */
  replicas: number;
  log: Log;
}) {
  const { redis, namespace, replicas, log } = options;
  let assessed: Promise<Persistence> | undefined;

  function persistence(): Promise<Persistence> {
    assessed ??= assess(redis, log).catch((cause) => {
      assessed = undefined;
      throw new QueueUnavailableError("Redis did not say how it persists", { cause });
    });
    return assessed;
  }

  const hasWaitaof = async () => (await persistence()) === "confirmed";
  const forget = () => {
    assessed = undefined;
  };
  redis.on("close", forget);
  redis.on("ready", () => {
    persistence().catch((error) => log.warn({ error }, "redis persistence unknown"));
  });
  // A cluster's masters come and go while the connection to it stays.
  redis.on("+node", forget);

  return {
    /**
     * What resolves when everything that was added to the queue before is as safe as its server can make it.
     * `waitingRedis` serves nothing else.
     */
    confirmOf(queue: QueueName, waitingRedis: RedisClient[]): () => Promise<void> {
      const safe = createWriteBarrier(waitingRedis, async (one) =>
        waitForWrites(
          one,
          { namespace, queue },
          { disk: await hasWaitaof(), replicas, timeoutMs: barrierTimeoutMs },
        ),
      );
      return async () => {
        if (replicas > 0 || (await hasWaitaof())) await safe();
      };
    },
  };
}

async function assess(redis: RedisClient, log: Log): Promise<Persistence> {
  const persistence = await persistenceOf(redis);
  const evictionPolicy = await evictionPolicyOf(redis);
  if (persistence === "none")
    log.warn({ persistence }, "redis keeps no append-only file: a crash loses accepted callbacks");
  else log.info({ persistence }, "redis persistence");
  if (evictionPolicy !== undefined && evictionPolicy !== "noeviction")
    log.warn({ evictionPolicy }, "redis may evict accepted callbacks: set maxmemory-policy to noeviction");
  return persistence;
}
