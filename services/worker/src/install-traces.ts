// How the trace of an install continues through MongoDB's schedule: RedisClient remembers for ten minutes
// where it got to, and the dispatcher asks.

import type { InstallationId } from "@fleetkeeper/model";
import { type RedisClient, redisKeys } from "@fleetkeeper/redis";
import type { Log, Traces } from "@fleetkeeper/telemetry";

export type InstallTraces = ReturnType<typeof createInstallTraces>;

const rememberedMs = 10 * 60_000;

/** Does nothing while traces are off; a trace that tears is logged and not thrown. */
export function createInstallTraces(options: {
  redis: RedisClient;
  namespace: string;
  traces: Traces;
  log: Log;
}) {
  const { redis, namespace, traces, log } = options;
  const keyOf = redisKeys(namespace).installTrace;

  return {
    /** That what follows from this install belongs to the running trace. */
    async remember(id: InstallationId): Promise<void> {
      const position = traces.position();
      if (position === undefined) return;
      await redis
        .set(keyOf(id), position, "PX", rememberedMs)
        .catch((error: unknown) => log.warn({ error }, "trace of an install not remembered"));
    },

    /** A `traceparent` for each installation, undefined where none was installed lately. */
    async of(ids: readonly InstallationId[]): Promise<(string | undefined)[]> {
      if (!traces.on || ids.length === 0) return [];
      const positions = await redis.mget(...ids.map(keyOf)).catch((error: unknown) => {
        log.warn({ error }, "traces of installs not read");
        return [];
      });
      return positions.map((position) => position ?? undefined);
    },
  };
}
