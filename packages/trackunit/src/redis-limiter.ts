// The limiter in Redis: a log of the last requests per installation and family, so that no stretch of time ever holds too many.

import { setTimeout as sleep } from "node:timers/promises";
import { type RedisClient, redisKeys } from "@fleetkeeper/redis";
import { ApiLimiterUnavailableError, ApiRateLimitedError } from "./errors.ts";
import { documentedLimits, type Limit, type Limiter, type LimitUse } from "./limits.ts";

export interface RedisLimiterOptions {
  redis: RedisClient;
  /** Key prefix. */
  namespace: string;
  /** By family, over the documented ones. */
  limits?: Readonly<Record<string, Limit>>;
  /** A wait up to this is waited for, a longer one is an error. Default 1 500. */
  longestDelayMs?: number;
  /** After each request that was counted or put off, for metrics. `putOff`: the wait is too long to be waited for here. */
  onTake?: (facts: { family: string; waitMs: number; putOff: boolean }) => void;
  /** Default: the clock of Redis, which all processes share. */
  now?: () => Date;
}

/** Its keys expire with the window. Losing them forgets the last requests. */
export function createRedisLimiter(options: RedisLimiterOptions): Limiter {
  const { redis, namespace, longestDelayMs = 1_500, onTake, now } = options;
  const limits: Readonly<Record<string, Limit>> = { ...documentedLimits, ...options.limits };
  const keys = redisKeys(namespace);
  const logKey = ({ installationId, family, part }: LimitUse) => keys.apiLimit(installationId, family, part);
  const closedKey = ({ installationId, family }: LimitUse) => keys.apiClosed(installationId, family);
  const nowMs = () => String(now?.().getTime() ?? "");

  return {
    async take(use, signal) {
      const { requests = 0, windowMs = 0, marginMs = 0 } = limits[use.family] ?? {};
      const numbers = [requests, windowMs + marginMs, longestDelayMs];
      const waitMs = Number(
        await answered(redis.eval(takeScript, 2, logKey(use), closedKey(use), nowMs(), ...numbers)),
      );
      onTake?.({ family: use.family, waitMs, putOff: waitMs > longestDelayMs });
      if (waitMs > longestDelayMs) throw new ApiRateLimitedError(use.family, waitMs);
      if (waitMs > 0) await sleep(waitMs, undefined, { signal });
    },

    async close(use, forMs) {
      if (forMs <= 0) return;
      await answered(redis.eval(closeScript, 1, closedKey(use), nowMs(), Math.ceil(forMs)));
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

const clock = `
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call("TIME")
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end`;

/**
 * Finds the first moment at which one more request fits: not before the last one, and a window after the one that it would
 * push out of the log. Takes it when it is near enough, and gives the wait. A log from the future, after the clock was set
 * back, counts as full.
 */
const takeScript = `
local requests, window, longestDelay = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local closedUntil = tonumber(redis.call("GET", KEYS[2]) or 0)
if requests == 0 and closedUntil == 0 then return 0 end
${clock}
local at = math.max(now, closedUntil)
if requests > 0 then
  local last = tonumber(redis.call("LINDEX", KEYS[1], -1) or 0)
  if last > now + longestDelay then
    redis.call("DEL", KEYS[1])
    for _ = 1, requests do redis.call("RPUSH", KEYS[1], now) end
    redis.call("PEXPIRE", KEYS[1], window)
    last = now
  end
  local pushedOut = redis.call("LINDEX", KEYS[1], -requests)
  at = math.max(at, last)
  if pushedOut then at = math.max(at, pushedOut + window) end
end
local wait = at - now
if wait <= longestDelay and requests > 0 then
  redis.call("RPUSH", KEYS[1], at)
  redis.call("LTRIM", KEYS[1], -requests, -1)
  redis.call("PEXPIRE", KEYS[1], wait + window)
end
return wait`;

const closeScript = `${clock}
local till = now + ARGV[2]
if till > tonumber(redis.call("GET", KEYS[1]) or 0) then redis.call("SET", KEYS[1], till, "PX", ARGV[2]) end
return 0`;
