// One token, one body: the first body that comes with a token is the only one the token may carry.

import { type CallbackToken, Refusal } from "@fleetkeeper/callbacks";
import { QueueUnavailableError } from "@fleetkeeper/jobs";
import { type RedisClient, redisKeys } from "@fleetkeeper/redis";

/** How long a token that never expires is remembered. */
const withoutEndMs = 30 * 24 * 60 * 60 * 1_000;

export type BindBody = (token: CallbackToken, contentHash: string, now: Date) => Promise<void>;

/**
 * Redis remembers a hash of token and body for as long as the token is acceptable. Needs Redis 7.0 (`SET`
 * with `NX` and `GET`).
 */
export function createBindBody(redis: RedisClient, namespace: string): BindBody {
  return async (token, contentHash, now) => {
    const key = redisKeys(namespace).callbackToken(token.id);
    const lifeMs = (token.acceptableUntil?.getTime() ?? now.getTime() + withoutEndMs) - now.getTime();
    const lifeS = Math.max(1, Math.ceil(lifeMs / 1_000));
    const earlier = await redis.set(key, contentHash, "EX", lifeS, "NX", "GET").catch((cause: unknown) => {
      throw new QueueUnavailableError("Redis did not bind the body to its token", { cause });
    });
    if (earlier !== null && earlier !== contentHash) throw new Refusal("ERR_TOKEN_REUSED");
  };
}
