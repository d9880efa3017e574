// Trackunit's key set, kept at hand: refreshed in the background, served stale when the key endpoint is down, never beyond a bound.

import { Refusal } from "@fleetkeeper/callbacks";
import type { Log } from "@fleetkeeper/telemetry";
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from "jose";

/** Up to this age keys are served without a look for newer ones. */
const freshMs = 10 * 60 * 1_000;
/** Between two attempts while the key endpoint fails. */
const retryMs = 5_000;
/** Between two fetches for the sake of unknown key ids, however many of them come. */
const searchCooldownMs = 30_000;

export type KeySet = ReturnType<typeof createKeySet>;

export function createKeySet(options: {
  fetchKeys: () => Promise<JSONWebKeySet>;
  /** Keys older than this verify nothing. */
  maxStaleMs: number;
  log: Log;
  now?: () => Date;
}) {
  const { fetchKeys, maxStaleMs, log, now = () => new Date() } = options;
  let current: { keyFor: ReturnType<typeof createLocalJWKSet>; fetchedAtMs: number } | undefined;
  let running: Promise<void> | undefined;
  let attempt = { atMs: Number.NEGATIVE_INFINITY, succeeded: false };
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
      current = { keyFor: createLocalJWKSet(keySet), fetchedAtMs: atMs };
      attempt = { atMs, succeeded: true };
      log.info({ keyIds: keySet.keys.map(({ kid }) => kid) }, "key set fetched");
    } catch (error) {
      attempt = { atMs, succeeded: false };
      log.warn({ error, keySetAgeMs: current && ageMs() }, "key set not fetched");
    }
  }

  async function refreshIfDue(): Promise<void> {
    if (running !== undefined) return running;
    if (ageMs() >= freshMs && nowMs() - attempt.atMs >= retryMs) await refresh();
  }

  function usableKeys() {
    if (current === undefined || ageMs() > maxStaleMs) throw new Refusal("ERR_KEY_SET_UNAVAILABLE");
    return current;
  }

  /** A key that we do not have may be new. Only what a successful fetch did not bring is unknown. */
  async function search(...token: Parameters<JWTVerifyGetKey>) {
    if (nowMs() - searchedAtMs >= searchCooldownMs) {
      searchedAtMs = nowMs();
      await refresh();
    } else await running;
    if (!attempt.succeeded)
      throw new Refusal("ERR_KEY_SET_UNAVAILABLE", { reason: "unknown key, failed fetch" });
    return usableKeys().keyFor(...token);
  }

  return {
    /**
     * The key for a token's header, for jose's `jwtVerify`. A token without `kid` needs exactly one key that fits.
     * @throws Refusal `ERR_KEY_SET_UNAVAILABLE`, jose's `JWKSNoMatchingKey` or `JWKSMultipleMatchingKeys`.
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
