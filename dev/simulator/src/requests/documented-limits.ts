// The limits that Trackunit documents, counted for each account in sliding windows.
import type { SimulatedAccount } from "../accounts/account.ts";
import type { World } from "../world.ts";

export interface LimitUse {
  name: keyof typeof documentedLimits;
  /** What the limit counts apart within an account, such as a page. Default: nothing. */
  part?: string;
}

/** The number of requests in a stretch of time, and how many more before the pool of extra ones is empty. */
export const documentedLimits = {
  locations: { requests: 1, windowMs: 1000, pool: 0 },
  "event-log": { requests: 2, windowMs: 30 * 60_000, pool: 0 },
  "aemp-fleet": { requests: 1, windowMs: 15 * 60_000, pool: 50 },
  "alert-configurations": { requests: 1000, windowMs: 10 * 60_000, pool: 0 },
  "time-series": { requests: 100, windowMs: 1000, pool: 0 },
} as const;

/** Counts a request; tells when it is over the limit, and notes it. An exceeding request uses nothing up. */
export function useLimit(
  world: World,
  account: SimulatedAccount,
  use: LimitUse,
): { retryAfterS: number } | undefined {
  const { requests, windowMs, pool } = documentedLimits[use.name];
  const now = world.now();
  const key = `${account.accountId} ${use.name}`;
  const waitMs = world.windows.use(`${key} ${use.part ?? ""}`, requests, windowMs, now);
  if (waitMs === undefined) return undefined;
  if (pool > 0 && world.windows.use(`${key} pool`, pool, windowMs, now) === undefined) return undefined;
  world.requests.breach({ accountId: account.accountId, limit: use.name, at: now });
  return { retryAfterS: Math.ceil(waitMs / 1000) };
}
