// Lets a Redis group fail over again and again, for tests that must not notice.

import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";

/**
 * Asks the first Sentinel of the URL (`redis+sentinel://host:port,…/name`) for a failover each `everyMs`,
 * until it is stopped. `stop` gives how many there were.
 */
export function failOverAgain(url: string, everyMs: number): { stop(): Promise<number> } {
  const [, host, port, name] = /^redis\+sentinel:\/\/([^:,/]+):(\d+)[^/]*\/([^/?]+)/.exec(url) ?? [];
  if (host === undefined || port === undefined || name === undefined)
    throw new TypeError("FAIL_OVER_EVERY_MS needs LOCAL_REDIS=sentinel");
  const stopping = new AbortController();
  const sentinel = new Redis({ host, port: Number(port), enableReadyCheck: false });
  let count = 0;

  async function goOn(group: string): Promise<void> {
    for (;;) {
      await sleep(everyMs, undefined, { signal: stopping.signal });
      // Refused while the last one is under way, or the old master is not a replica yet.
      const isAsked = await sentinel.call("SENTINEL", "FAILOVER", group).then(
        () => true,
        () => false,
      );
      if (isAsked) count++;
    }
  }

  const ended = goOn(name).catch(() => undefined);
  return {
    async stop() {
      stopping.abort();
      await ended;
      sentinel.disconnect();
      return count;
    },
  };
}
