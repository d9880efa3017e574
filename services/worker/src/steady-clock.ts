// The clock of all that a worker writes: its machine's, unless that was set while the worker runs, or is far
// from Redis's. What a clock that is an hour ahead says is due in an hour would wait for an hour, long after
// the clock was put right.

import type { RedisClient } from "@fleetkeeper/redis";
import type { Log } from "@fleetkeeper/telemetry";

export interface SteadyClock {
  /** In place of `Date.now`. */
  nowMs: () => number;
  stop: () => void;
}

/** Less than this is borne, as between machines that are synchronised. */
const bornMs = 2_000;
/** An answer that took longer tells the time too loosely. */
const answerWithinMs = 1_000;

/**
 * Reads Redis's clock every `everyMs`, and in between uses a clock that cannot be set. While Redis does not
 * answer, that one continues.
 */
export async function keepSteadyClock(options: {
  redis: Pick<RedisClient, "time">;
  log: Log;
  everyMs?: number;
}): Promise<SteadyClock> {
  const { redis, log, everyMs = 5_000 } = options;
  const ownNowMs = Date.now;
  /** Redis's time at `performance.now()` 0. */
  let beginMs = ownNowMs() - performance.now();
  let isTold = false;

  function nowMs(): number {
    const steadyMs = beginMs + performance.now();
    const ownMs = ownNowMs();
    return Math.abs(ownMs - steadyMs) <= bornMs ? ownMs : Math.round(steadyMs);
  }

  async function look(): Promise<void> {
    const askedAtMs = performance.now();
    const [seconds = 0, microseconds = 0] = (await redis.time()).map(Number);
    const answeredAtMs = performance.now();
    if (answeredAtMs - askedAtMs > answerWithinMs) return;
    beginMs = seconds * 1_000 + microseconds / 1_000 - (askedAtMs + answeredAtMs) / 2;
    const aheadMs = Math.round(ownNowMs() - answeredAtMs - beginMs);
    const isOff = Math.abs(aheadMs) > bornMs;
    if (isOff && !isTold) log.warn({ aheadMs }, "this machine's clock differs from Redis's, which is used");
    if (!isOff && isTold) log.info("this machine's clock is right again");
    isTold = isOff;
  }

  const looking = () => look().catch(() => undefined);
  await looking();
  const timer = setInterval(looking, everyMs);
  return { nowMs, stop: () => clearInterval(timer) };
}
