// The limits of the API's endpoint families, and what keeps requests within them. Source: Trackunit's REST
// documentation.

import type { InstallationId } from "@fleetkeeper/model";

/** The number of requests in any stretch of time of this length. */
export interface Limit {
  requests: number;
  windowMs: number;
  /**
   * Added to the window, because a request reaches the API later than it is counted here: at least a
   * request's time-out where the window is long, and what one request may be slower than the next where it is
   * short.
   */
  marginMs: number;
}

/** What a request counts towards. */
export interface LimitUse {
  installationId: InstallationId;
  family: string;
  /** What the limit counts apart; absent: nothing. */
  part?: string;
}

/** Keeps the requests of all processes within the limits. */
export interface Limiter {
  /**
   * Counts a request that is about to be made. A wait that is short it waits itself.
   * @throws ApiRateLimitedError with the wait when it is longer; then nothing was counted.
   * @throws ApiLimiterUnavailableError when the requests cannot be counted.
   */
  take(use: LimitUse, signal: AbortSignal): Promise<void>;
  /** The API said itself that nothing of this family may be asked for so long: `take` refuses until then. */
  close(use: LimitUse, forMs: number): Promise<void>;
}

/**
 * By family, per installation. A family that is not named has no limit of its own (GraphQL tells its budget
 * in each answer).
 *
 * Read carefully on purpose: locations are counted over all pages ("1/s per page and user"), and AEMP's pool
 * of 50 extra requests is left alone, because over which time it fills again is undocumented.
 */
export const documentedLimits: Readonly<Record<string, Limit>> = {
  locations: { requests: 1, windowMs: 1_000, marginMs: 250 },
  "event-log": { requests: 2, windowMs: 30 * 60_000, marginMs: 30_000 },
  "aemp-fleet": { requests: 1, windowMs: 15 * 60_000, marginMs: 30_000 },
  "alert-configurations": { requests: 1_000, windowMs: 10 * 60_000, marginMs: 30_000 },
  "time-series": { requests: 100, windowMs: 1_000, marginMs: 250 },
  operators: { requests: 60, windowMs: 60_000, marginMs: 20_000 },
};
