// The pace of all requests to the token endpoint, in Redis for every process: slow while the endpoint fails,
// and without a rush afterwards.

import { createScript, type RedisClient, redisKeys } from "@fleetkeeper/redis";
import { TokenEndpointPacedError } from "./errors.ts";

/** Times in milliseconds. */
export interface PaceOptions {
  /** Requests of all processes together while all is well. Default 50. */
  perSecond?: number;
  /**
   * After this many failures in a row, of any accounts, only one request per `probeEveryMs` is sent.
   * Default 10.
   */
  outages?: number;
  /** Default 5 000. */
  probeEveryMs?: number;
}

/** A caller that would wait for longer is refused, and asks again later. */
const maxWaitMs = 2_000;
/**
 * Spreads the refused callers, so that they do not all ask again at once; a new install, for which an
 * operator waits, asks sooner.
 */
const spreadMs = { token: 60_000, proof: 5_000 };
const outagesLastMs = 600_000;

/**
 * Gives the wait before the request may be sent, or minus the time after which to ask again. The clock is
 * Redis's, one for all. The requests of one second may be sent at once, if none was sent for a while. A proof
 * waits only for other proofs, and takes its place from the requests after it.
 */
const admitOne = createScript(`
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
return math.max(0, math.floor(at - now))`);

/** One per process, for all its requests; all processes share its state. */
export type EndpointPace = ReturnType<typeof createEndpointPace>;

/** @throws TokenEndpointPacedError from `admit`, when no request may be sent now. */
export function createEndpointPace(redis: RedisClient, namespace: string, options: PaceOptions = {}) {
  const { perSecond = 50, outages = 10, probeEveryMs = 5_000 } = options;
  const keys = redisKeys(namespace);
  return {
    /**
     * How long to wait before the request, in milliseconds. `proof`: for the credential of a new install,
     * ahead of all tokens.
     * @throws TokenEndpointPacedError when the wait would be long; the waits that it names differ by up to a
     * minute, those of proofs by 5 s.
     */
    async admit(what: "token" | "proof" = "token"): Promise<number> {
      const places = [keys.tokenEndpointOutages(), keys.tokenEndpointPace(), keys.tokenEndpointProofPace()];
      const args = [outages, probeEveryMs, 1_000 / perSecond, maxWaitMs, what];
      const waitMs = Number(await admitOne(redis, places, ...args));
      if (waitMs < 0) throw new TokenEndpointPacedError(Math.round(-waitMs + spreadMs[what] * Math.random()));
      return waitMs;
    },

    /** Any answer ends the outage; no answer counts as one more failure. */
    async note(outcome: "answer" | "outage"): Promise<void> {
      const key = keys.tokenEndpointOutages();
      if (outcome === "answer") await redis.del(key);
      else await redis.multi().incr(key).pexpire(key, outagesLastMs).exec();
    },
  };
}
