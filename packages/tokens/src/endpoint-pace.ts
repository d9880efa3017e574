// The pace of all requests to the token endpoint, in Redis for every process: slow while it is out of order,
// and never in a rush after.

import { type RedisClient, redisKeys } from "@fleetkeeper/redis";
import { TokenEndpointPacedError } from "./errors.ts";

/** Times in milliseconds. */
export interface PaceOptions {
  /** Requests of all processes together while all is well. Default 50. */
  perSecond?: number;
  /**
   * The number of outages in a row, of whichever accounts, and only one request each `probeEveryMs` goes.
   * Default 10.
   */
  outages?: number;
  /** Default 5 000. */
  probeEveryMs?: number;
}

/** Anyone who would wait for longer comes back another time. */
const maxWaitMs = 2_000;
/**
 * Then those who were sent away do not come back all at once; a new install, for which somebody waits, comes
 * back sooner.
 */
const spreadMs = { token: 60_000, proof: 5_000 };
const outagesLastMs = 600_000;

/**
 * Gives the wait before the request may go, or minus the time after which to come back. The clock is Redis's,
 * one for all. A second's requests may go at once, if nobody asked for a while. A proof waits only for other
 * proofs, and takes its place from those who come after it.
 */
const admitScript = `
local time = redis.call("TIME")
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local open = tonumber(redis.call("GET", KEYS[1]) or "0") >= tonumber(ARGV[1])
local interval = tonumber(open and ARGV[2] or ARGV[3])
local earliest = open and now or now - 1000
local function take(key, at)
  redis.call("SET", key, tostring(at + interval), "PX", math.ceil(at + interval - now + 2000))
end
local others = math.max(tonumber(redis.call("GET", KEYS[2]) or "0"), earliest)
local isProof = ARGV[5] == "proof" and not open
local at = isProof and math.max(tonumber(redis.call("GET", KEYS[3]) or "0"), now) or others
if at - now > tonumber(ARGV[4]) or (open and at > now) then return math.floor(now - at - 1) end
if isProof then take(KEYS[3], at) end
take(KEYS[2], others)
return math.max(0, math.floor(at - now))`;

/** One for all requests of a process; all processes share its state. */
export type EndpointPace = ReturnType<typeof createEndpointPace>;

/** @throws TokenEndpointPacedError from `admit`, when nothing is to be asked. */
export function createEndpointPace(redis: RedisClient, namespace: string, options: PaceOptions = {}) {
  const { perSecond = 50, outages = 10, probeEveryMs = 5_000 } = options;
  const keys = redisKeys(namespace);
  return {
    /**
     * How long to wait before asking, in milliseconds. `proof`: for the credential of a new install, ahead of
     * all tokens.
     * @throws TokenEndpointPacedError when it would be long; the waits it names differ by up to a minute, of
     * proofs by 5 s.
     */
    async admit(what: "token" | "proof" = "token"): Promise<number> {
      const places = [keys.tokenEndpointOutages(), keys.tokenEndpointPace(), keys.tokenEndpointProofPace()];
      const args = [outages, probeEveryMs, 1_000 / perSecond, maxWaitMs, what];
      const waitMs = Number(await redis.eval(admitScript, places.length, ...places, ...args));
      if (waitMs < 0) throw new TokenEndpointPacedError(Math.round(-waitMs + spreadMs[what] * Math.random()));
      return waitMs;
    },

    /** An answer of any kind ends the outage; no answer is one more. */
    async note(outcome: "answer" | "outage"): Promise<void> {
      const key = keys.tokenEndpointOutages();
      if (outcome === "answer") await redis.del(key);
      else await redis.multi().incr(key).pexpire(key, outagesLastMs).exec();
    },
  };
}
