// Trackunit's key set, kept at hand: refreshed in the background, served stale when the key endpoint is down, never beyond a bound.

import { type FetchedKeySet, KeySetFetchError, Refusal } from "@fleetkeeper/callbacks";
import type { Log } from "@fleetkeeper/telemetry";
import { createLocalJWKSet, errors, type JWTVerifyGetKey } from "jose";

/** Up to this age keys are served without a look for newer ones. */
const freshMs = 10 * 60 * 1_000;
/** Between two attempts while the key endpoint fails. */
const retryMs = 5_000;
/** Between two fetches for the sake of unknown key ids, however many of them come. */
const searchCooldownMs = 30_000;

export type KeySet = ReturnType<typeof createKeySet>;

export function createKeySet(options: {
  fetchKeys: () => Promise<FetchedKeySet>;
  /** Keys older than this verify nothing. */
  maxStaleMs: number;
  log: Log;
  now?: () => Date;
}) {
  const { fetchKeys, maxStaleMs, log, now = () => new Date() } = options;
  let current:
    | { keyFor: ReturnType<typeof createLocalJWKSet>; unreadable: Set<string | null>; fetchedAtMs: number }
    | undefined;
  let running: Promise<void> | undefined;
  let attempt = { atMs: Number.NEGATIVE_INFINITY, succeeded: false, nextInMs: 0 };
  let searchedAtMs = Number.NEGATIVE_INFINITY;

  const nowMs = () => now().getTime();
  const ageMs = () => (current === undefined ? Number.POSITIVE_INFINITY : nowMs() - current.fetchedAtMs);

  /** One fetch at a time; never rejects. */
  function refresh(): Promise<void> {
    running ??= tryFetch().finally(() => {
      running = undefined;
    });
    return running;
  }

  async function tryFetch(): Promise<void> {
    const atMs = nowMs();
    try {
      const keySet = await fetchKeys();
      current = {
        keyFor: createLocalJWKSet(keySet),
        unreadable: new Set(keySet.unreadable),
        fetchedAtMs: atMs,
      };
      attempt = { atMs, succeeded: true, nextInMs: retryMs };
      log.info({ keyIds: keySet.keys.map(({ kid }) => kid) }, "key set fetched");
    } catch (error) {
      const askedToWaitMs = error instanceof KeySetFetchError ? (error.retryAfterMs ?? 0) : 0;
      attempt = { atMs, succeeded: false, nextInMs: Math.max(retryMs, askedToWaitMs) };
      log.warn({ error, keySetAgeMs: current && ageMs() }, "key set not fetched");
    }
  }

  /** The endpoint may have said how long to leave it alone. */
  const isAttemptDue = () => nowMs() - attempt.atMs >= attempt.nextInMs;

  async function refreshIfDue(): Promise<void> {
    if (running !== undefined) return running;
    if (ageMs() >= freshMs && isAttemptDue()) await refresh();
  }

  function usableKeys() {
    if (current === undefined || ageMs() > maxStaleMs) throw new Refusal("ERR_KEY_SET_UNAVAILABLE");
    return current;
  }

  /**
   * A key that we do not have may be new. Only what a successful fetch did not bring is unknown; what it brought and we
   * cannot read is our own lack, which passes with a newer release or another key, and no fault of the sender's.
   */
  async function search(...token: Parameters<JWTVerifyGetKey>) {
    if (nowMs() - searchedAtMs >= searchCooldownMs && (attempt.succeeded || isAttemptDue())) {
      searchedAtMs = nowMs();
      await refresh();
    } else await running;
    if (!attempt.succeeded)
      throw new Refusal("ERR_KEY_SET_UNAVAILABLE", { reason: "unknown key, failed fetch" });
    const { keyFor, unreadable } = usableKeys();
    try {
      return await keyFor(...token);
    } catch (error) {
      const isOurs = unreadable.has(null) || unreadable.has(token[0].kid ?? null);
      if (!(error instanceof errors.JWKSNoMatchingKey) || !isOurs) throw error;
      throw new Refusal("ERR_KEY_SET_UNAVAILABLE", {
        reason: "the token's key is in the key set, unreadable",
      });
    }
  }

  return {
    /**
     * The key for a token's header, for `verifyToken`.
     * @throws Refusal `ERR_KEY_SET_UNAVAILABLE`, jose's `JWKSNoMatchingKey`, or `JWKSMultipleMatchingKeys` with the keys to try.
     */
    async keyFor(...token: Parameters<JWTVerifyGetKey>) {
      const refreshed = refreshIfDue();
      if (ageMs() > maxStaleMs) await refreshed;
      try {
        return await usableKeys().keyFor(...token);
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
        return search(...token);
      }
    },

    /** Fetches the keys when they are older than 10 minutes, at most every 5 s. To be called now and then; never rejects. */
    refreshIfDue,

    /** Infinite before the first keys. */
    ageMs,

    /** @throws Refusal when no token can be verified. */
    check(): void {
      usableKeys();
    },
  };
}
