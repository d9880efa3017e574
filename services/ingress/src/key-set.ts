// Trackunit's key set, kept at hand: refreshed in the background, served stale when the key endpoint is down,
// never beyond a bound.

import { type FetchedKeySet, KeySetFetchError, localKeys, Refusal } from "@fleetkeeper/callbacks";
import type { Log } from "@fleetkeeper/telemetry";
import { errors, type JWTVerifyGetKey } from "jose";

/** Up to this age keys are served without a look for newer ones. */
const freshMs = 10 * 60 * 1_000;
/** Between two attempts while the key endpoint fails. */
const retryMs = 5_000;
/**
 * Between two fetches for one reason, for any number of tokens. No longer than a refusal's Retry-After.
 */
const searchCooldownMs = 10_000;

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
    | {
        keyFor: JWTVerifyGetKey;
        unreadable: Set<string | null>;
        fetchedAtMs: number;
        fetch: number;
      }
    | undefined;
  /** Fetches begun so far: numbers tell what came after what where the clock shows the same millisecond. */
  let fetches = 0;
  let running: Promise<void> | undefined;
  let attempt = { atMs: Number.NEGATIVE_INFINITY, succeeded: false, nextInMs: 0 };
  /** Each reason alone: forged signatures keep no unknown key from being looked for. */
  const fetchedForAtMs = { unknownKey: Number.NEGATIVE_INFINITY, signature: Number.NEGATIVE_INFINITY };

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
    const fetch = ++fetches;
    try {
      const keySet = await fetchKeys();
      current = {
        keyFor: localKeys(keySet),
        unreadable: new Set(keySet.unreadable),
        fetchedAtMs: atMs,
        fetch,
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

  async function fetchAfresh(reason: keyof typeof fetchedForAtMs): Promise<void> {
    // A fetch that was under way when the request came may have missed the key.
    if (running !== undefined) await running;
    const isAllowed =
      nowMs() - fetchedForAtMs[reason] >= searchCooldownMs && (attempt.succeeded || isAttemptDue());
    if (running === undefined && isAllowed) {
      fetchedForAtMs[reason] = nowMs();
      await refresh();
    } else await running;
  }

  /**
   * A key that we do not have may be new. Unknown is only what a key set lacks that was fetched after the
   * request came: any other answer is "not yet", so that a junk token around a key rotation costs no honest
   * callback. What a key set brought and we cannot read is our own lack, which passes with a newer release or
   * another key.
   */
  async function search(fetchesBefore: number, ...token: Parameters<JWTVerifyGetKey>) {
    await fetchAfresh("unknownKey");
    const { keyFor, unreadable, fetch } = usableKeys();
    try {
      return await keyFor(...token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      if (fetch <= fetchesBefore)
        throw new Refusal("ERR_KEY_SET_UNAVAILABLE", { reason: "unknown key, no key set fetched since" });
      if (!unreadable.has(null) && !unreadable.has(token[0].kid ?? null)) throw error;
      throw new Refusal("ERR_KEY_SET_UNAVAILABLE", {
        reason: "the token's key is in the key set but cannot be read",
      });
    }
  }

  return {
    /**
     * The key for a token's header, for `verifyToken`.
     * @throws Refusal `ERR_KEY_SET_UNAVAILABLE`, jose's `JWKSNoMatchingKey`, or `JWKSMultipleMatchingKeys`
     * with the keys to try.
     */
    async keyFor(...token: Parameters<JWTVerifyGetKey>) {
      const fetchesBefore = fetches;
      const refreshed = refreshIfDue();
      if (ageMs() > maxStaleMs) await refreshed;
      try {
        return await usableKeys().keyFor(...token);
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
        return search(fetchesBefore, ...token);
      }
    },

    /**
     * For a token whose signature none of the keys made: one may have been replaced under its id.
     * @returns whether there are newer keys now than when it was asked.
     */
    async hasNewerKeys(): Promise<boolean> {
      const before = current?.fetch;
      await fetchAfresh("signature");
      return current?.fetch !== before;
    },

    /**
     * Fetches the keys when they are older than 10 minutes, at most every 5 s. To be called now and then;
     * never rejects.
     */
    refreshIfDue,

    /** Infinite before the first keys. */
    ageMs,

    /** @throws Refusal when no token can be verified. */
    check(): void {
      usableKeys();
    },
  };
}
