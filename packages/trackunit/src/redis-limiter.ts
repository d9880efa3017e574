// The limiter in Redis: a log of the last requests per installation and family, so that no stretch of time
// ever holds too many.

import { setTimeout as sleep } from "node:timers/promises";
import { createScript, type RedisClient, redisKeys } from "@fleetkeeper/redis";
import { ApiLimiterUnavailableError, ApiRateLimitedError } from "./errors.ts";
import { documentedLimits, type Limit, type Limiter, type LimitUse } from "./limits.ts";

/** Where the limiter counts. */
export interface RedisLimiterOptions {
  redis: RedisClient;
  /** Key prefix. */
  namespace: string;
  /** By family, over the documented ones. */
  limits?: Readonly<Record<string, Limit>>;
  /**
   * For whom: the publisher's own requests go before syncs where both wait, but every fourth is a sync's.
   * Default `syncs`.
   */
  of?: "requests" | "syncs";
  /** A wait up to this is waited for, a longer one is an error. At most 10 000; default 1 500. */
  longestDelayMs?: number;
  /**
   * After each request that was counted or put off, for metrics. `putOff`: the wait is too long to be waited
   * for here.
   */
  onTake?: (facts: { family: string; waitMs: number; putOff: boolean }) => void;
  /** Default: the clock of Redis, which all processes share. */
  now?: () => Date;
}

/**
 * How far ahead of now anybody takes a place: a log that is further ahead is from before the clock was set
 * back.
 */
const maxAheadMs = 10_000;
/** Places that may pass unused, because this process stood still, before the caller is put off. */
const maxMissed = 3;

/**
 * Its keys expire with the window. Losing them forgets the last requests.
 * @throws RangeError for a `longestDelayMs` that the other limiters of these keys would take for a clock set
 * back.
 */
export function createRedisLimiter(options: RedisLimiterOptions): Limiter {
  const { redis, namespace, of = "syncs", longestDelayMs = 1_500, onTake, now } = options;
  if (longestDelayMs > maxAheadMs) throw new RangeError(`longestDelayMs is above ${maxAheadMs}`);
  const limits: Readonly<Record<string, Limit>> = { ...documentedLimits, ...options.limits };
  const keys = redisKeys(namespace);
  const logKey = ({ installationId, family, part }: LimitUse) => keys.apiLimit(installationId, family, part);
  const turnsKey = ({ installationId, family, part }: LimitUse) =>
    keys.apiTurns(installationId, family, part);
  const closedKey = ({ installationId, family }: LimitUse) => keys.apiClosed(installationId, family);
  const nowMs = () => String(now?.().getTime() ?? "");

  return {
    async take(use, signal) {
      const { requests = 0, windowMs = 0, marginMs = 0 } = limits[use.family] ?? {};
      const numbers = [requests, windowMs + marginMs, longestDelayMs];
      const names = [logKey(use), closedKey(use), turnsKey(use)] as const;
      // A place that this process comes to too late, after it stood still, would meet the next one's: it
      // takes another.
      for (let missed = 0; missed < maxMissed; missed++) {
        const askedAtMs = performance.now();
        const reply = await answered(takePlace(redis, names, nowMs(), ...numbers, of));
        const [waitMs = 0, taken = 0] = (reply as unknown[]).map(Number);
        const putOff = taken === 0;
        onTake?.({ family: use.family, waitMs, putOff });
        if (putOff) throw new ApiRateLimitedError(use.family, waitMs);
        if (waitMs > 0) await sleep(waitMs, undefined, { signal });
        if (marginMs === 0 || performance.now() - askedAtMs - waitMs <= marginMs / 2) return;
      }
      throw new ApiRateLimitedError(use.family, windowMs + marginMs);
    },

    async close(use, forMs) {
      if (forMs <= 0) return;
      await answered(closeFamily(redis, [closedKey(use)], nowMs(), Math.ceil(forMs)));
    },
  };
}

async function answered(reply: Promise<unknown>): Promise<unknown> {
  try {
    return await reply;
  } catch (cause) {
    throw new ApiLimiterUnavailableError("the limiter's Redis did not answer", { cause });
  }
}

/** Requests that go before a sync that waits; the next is the sync's. */
const maxInARow = 3;
/**
 * How long after its time one that was put off is still waited for: \`Retry-After\` has whole seconds, and
 * syncs are dispatched.
 */
const requestsLateMs = 3_000;
const syncsLateMs = 10_000;

const clock = `
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call("TIME")
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end`;

/**
 * Finds the first moment at which one more request fits: not before the last one, and a window after the one
 * that it would push out of the log. Takes it when it is near enough, and gives the wait. A log from the
 * future, after the clock was set back, counts as full. Anyone who is put off is noted until it should be
 * back, and some seconds more; meanwhile the others leave it the last place: syncs to requests, and requests,
 * after three in a row, to syncs.
 */
const takePlace = createScript(`
local requests, window, longestDelay = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local of = ARGV[5]
local closedUntil = tonumber(redis.call("GET", KEYS[2]) or 0)
if requests == 0 and closedUntil == 0 then return {0, 1} end
${clock}
local at = math.max(now, closedUntil)
if requests > 0 then
  local last = tonumber(redis.call("LINDEX", KEYS[1], -1) or 0)
  if last > now + ${maxAheadMs} then
    redis.call("DEL", KEYS[1])
    for _ = 1, requests do redis.call("RPUSH", KEYS[1], now) end
    redis.call("PEXPIRE", KEYS[1], window)
    last = now
  end
  local pushedOut = redis.call("LINDEX", KEYS[1], -requests)
  at = math.max(at, last)
  if pushedOut then at = math.max(at, pushedOut + window) end
end
if requests == 0 then
  local wait = at - now
  return {wait, wait <= longestDelay and 1 or 0}
end
local inARow = tonumber(redis.call("HGET", KEYS[3], "in-a-row") or 0)
local others = of == "syncs" and "requests" or "syncs"
local othersUntil = tonumber(redis.call("HGET", KEYS[3], others) or 0)
local isLastPlace = requests == 1
if requests > 1 then
  local second = redis.call("LINDEX", KEYS[1], 1 - requests)
  isLastPlace = second and second + window > now
end
local yields = othersUntil > now and isLastPlace and (of == "syncs") == (inARow < ${maxInARow})
if yields then at = math.max(at, othersUntil) end
local wait = at - now
if yields or wait > longestDelay then
  redis.call("HSET", KEYS[3], of, at + (of == "syncs" and ${syncsLateMs} or ${requestsLateMs}))
  redis.call("PEXPIRE", KEYS[3], wait + window + ${syncsLateMs})
  return {wait, 0}
end
redis.call("RPUSH", KEYS[1], at)
redis.call("LTRIM", KEYS[1], -requests, -1)
redis.call("PEXPIRE", KEYS[1], wait + window)
redis.call("HDEL", KEYS[3], of)
if of == "syncs" then redis.call("HDEL", KEYS[3], "in-a-row") else redis.call("HINCRBY", KEYS[3], "in-a-row", 1) end
redis.call("PEXPIRE", KEYS[3], wait + window + ${syncsLateMs})
return {wait, 1}`);

const closeFamily = createScript(`${clock}
local till = now + ARGV[2]
if till > tonumber(redis.call("GET", KEYS[1]) or 0) then redis.call("SET", KEYS[1], till, "PX", ARGV[2]) end
return 0`);
