// What the log says of how sure a 202 can be.

import type { Promised } from "@fleetkeeper/jobs";
import type { Log } from "@fleetkeeper/telemetry";

/** Warns of servers that may lose what was accepted. */
export function warnOfLosses(log: Log, { persistence, evictionPolicy }: Promised): void {
  if (persistence === "none")
    log.warn({ persistence }, "redis keeps no append-only file: a crash loses accepted callbacks");
  else log.info({ persistence }, "redis persistence");
  if (evictionPolicy !== undefined && evictionPolicy !== "noeviction")
    log.warn({ evictionPolicy }, "redis may evict accepted callbacks: set maxmemory-policy to noeviction");
}
