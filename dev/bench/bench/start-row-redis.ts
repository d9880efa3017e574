// The Redis of one row, which nobody else uses: what is counted and timed is the row's own.

import { type RunningServer, startRedis } from "@fleetkeeper/local-stack";

/** One server, or what `LOCAL_REDIS` asks for: `cluster` (three masters) or `sentinel`. */
export function startRowRedis(): Promise<RunningServer> {
  return startRedis(process.env.LOCAL_REDIS ? { env: { ...process.env, REDIS_URL: "" } } : { own: true });
}
