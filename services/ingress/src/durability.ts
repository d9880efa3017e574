// How sure a 202 can be: what the Redis server promises about its disk, asked again whenever it may be another server.

import {
  createDiskBarrier,
  evictionPolicyOf,
  type Persistence,
  persistenceOf,
  QueueUnavailableError,
} from "@fleetkeeper/jobs";
import type { Log } from "@fleetkeeper/telemetry";
import type { Redis } from "ioredis";

const barrierTimeoutMs = 2_500;

/** How the connections for waits are to be made: their number, and a command time-out above the wait. */
export const forWaits = { connections: 4, commandTimeoutMs: barrierTimeoutMs + 500 };

/** `confirm` resolves when everything added before is as safe as the server can make it. `waitingRedis` serves nothing else. */
export function createDurability(options: {
  redis: Redis;
  waitingRedis: Redis[];
  namespace: string;
  log: Log;
}) {
  const { redis, waitingRedis, namespace, log } = options;
  const onDisk = createDiskBarrier(waitingRedis, { namespace, timeoutMs: barrierTimeoutMs });
  let assessed: Promise<Persistence> | undefined;

  function persistence(): Promise<Persistence> {
    assessed ??= assess(redis, log).catch((cause) => {
      assessed = undefined;
      throw new QueueUnavailableError("Redis did not say how it persists", { cause });
    });
    return assessed;
  }

  redis.on("close", () => {
    assessed = undefined;
  });
  redis.on("ready", () => {
    persistence().catch((error) => log.warn({ error }, "redis persistence unknown"));
  });

  return {
    async confirm(): Promise<void> {
      if ((await persistence()) === "confirmed") await onDisk();
    },
  };
}

async function assess(redis: Redis, log: Log): Promise<Persistence> {
  const persistence = await persistenceOf(redis);
  const evictionPolicy = await evictionPolicyOf(redis);
  if (persistence === "none")
    log.warn({ persistence }, "redis keeps no append-only file: a crash loses accepted callbacks");
  else log.info({ persistence }, "redis persistence");
  if (evictionPolicy !== undefined && evictionPolicy !== "noeviction")
    log.warn({ evictionPolicy }, "redis may evict accepted callbacks: set maxmemory-policy to noeviction");
  return persistence;
}
