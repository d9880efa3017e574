// What a granted token's answer says. RFC 6749, section 5.1: only the token itself is required, so nothing
// else may cost us one.

import type { AccessToken } from "@fleetkeeper/model";
import { TokenCharactersError, TokenResponseError } from "./errors.ts";

/** A token, and what had to be assumed about it. */
export interface GrantedToken extends AccessToken {
  /**
   * What the answer did not say, or not in a way that can be taken, and what was taken instead. Holds nothing
   * of it.
   */
  assumed: readonly string[];
}

/** What Trackunit's documents show. A token that ends before is refused by the API, and replaced. */
const usualLifeS = 3_600;
/** A day: a token is cheap, and one that was revoked should not be kept for a year. */
const maxLifeS = 86_400;
const maxTokenLength = 16_384;

/** @throws TokenResponseError, TokenCharactersError */
export function readGrant(json: unknown, requested: readonly string[], now: Date): GrantedToken {
  const { access_token, expires_in, scope, token_type } = (json ?? {}) as Record<string, unknown>;
  if (typeof access_token !== "string" || access_token === "" || access_token.length > maxTokenLength)
    throw new TokenResponseError("the token endpoint answered without a token");
  if (!/^[\x20-\x7e]+$/.test(access_token))
    throw new TokenCharactersError("the token holds characters that are not allowed in a header");
  if (typeof token_type === "string" && token_type.toLowerCase() !== "bearer")
    throw new TokenResponseError("the token is of another type than Bearer");
  const assumed: string[] = [];
  return {
    accessToken: access_token,
    scopes: scopesOf(scope, requested, assumed),
    issuedAt: now,
    expiresAt: new Date(now.getTime() + lifeS(expires_in, assumed) * 1_000),
    assumed,
  };
}

function lifeS(expiresIn: unknown, assumed: string[]): number {
  const isNumeric = typeof expiresIn === "string" && /^\s*\d+(\.\d+)?\s*$/.test(expiresIn);
  const seconds = isNumeric ? Number(expiresIn) : expiresIn;
  if (typeof seconds !== "number" || !(seconds > 0)) {
    assumed.push(`expires_in is ${kindOf(expiresIn)}: taken as ${usualLifeS}`);
    return usualLifeS;
  }
  if (seconds <= maxLifeS) return seconds;
  assumed.push(`expires_in is above ${maxLifeS}: taken as that`);
  return maxLifeS;
}

/** Without a scope in the answer, those that were asked for are granted. */
function scopesOf(scope: unknown, requested: readonly string[], assumed: string[]): string[] {
  if (typeof scope === "string") return scope.split(/\s+/).filter((word) => word !== "");
  if (Array.isArray(scope) && scope.every((word) => typeof word === "string")) return scope;
  if (scope !== undefined) assumed.push(`scope is ${kindOf(scope)}: taken as the requested scopes`);
  return [...requested];
}

function kindOf(value: unknown): string {
  if (value === undefined) return "absent";
  if (value === null) return "null";
  return typeof value === "number" ? "not above 0" : `unreadable (${typeof value})`;
}
