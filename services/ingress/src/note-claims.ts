// What the claims of accepted callbacks were, for `doctor` to propose what to require. Never the token.

import { type CallbackBody, claimsLike } from "@fleetkeeper/callbacks";
import { createBoundedMap } from "@fleetkeeper/model";
import { type RedisClient, redisKeys } from "@fleetkeeper/redis";
import type { JWTPayload } from "jose";

/** Of all ingresses together, about; and how long it is remembered after the last callback. */
const kept = { facts: 40, seconds: 90 * 24 * 60 * 60 };
/** One ingress says the same again after this. */
const againAfterMs = 60 * 60_000;

export type NoteClaims = (claims: JWTPayload, body: CallbackBody) => Promise<void>;

/**
 * Notes each issuer, each audience, and which claims said the same as the body: `iss <value>`,
 * `accountId <claim>`.
 */
export function createNoteClaims(redis: RedisClient, namespace: string, now: () => Date): NoteClaims {
  const key = redisKeys(namespace).callbackClaims();
  const noted = createBoundedMap<string, number>(kept.facts);

  return async (claims, body) => {
    const atMs = now().getTime();
    const fresh = factsOf(claims, body).filter((fact) => atMs - (noted.get(fact) ?? 0) > againAfterMs);
    if (fresh.length === 0) return;
    for (const fact of fresh) noted.set(fact, atMs);
    if ((await redis.hlen(key)) >= kept.facts) return;
    await redis.hset(key, Object.fromEntries(fresh.map((fact) => [fact, new Date(atMs).toISOString()])));
    await redis.expire(key, kept.seconds);
  };
}

function factsOf(claims: JWTPayload, body: CallbackBody): string[] {
  const said = (name: "iss" | "aud") =>
    [claims[name]]
      .flat()
      .filter((value) => typeof value === "string" && /^[!-~]{1,200}$/.test(value))
      .slice(0, 3)
      .map((value) => `${name} ${value}`);
  const like = Object.entries(claimsLike(claims, body)).flatMap(([meaning, names]) =>
    names.filter((name) => /^[!-~]{1,100}$/.test(name)).map((name) => `${meaning} ${name}`),
  );
  return [...said("iss"), ...said("aud"), ...like];
}
