// Whether a token's claims fit the body that came with it. Trackunit documents none of its claims: an
// operator says which one means what, and what a name or a shape says clearly is believed without that.

import type { JWTPayload } from "jose";
import { accountIdPattern, type CallbackBody } from "./callback-body.ts";
import { Refusal } from "./errors.ts";
import { digestOf } from "./json-body.ts";

/** What a claim can be of the body. `bodyHash`: the SHA-256 over its bytes, in hexadecimal or base64. */
export const claimMeanings = ["accountId", "irisAppId", "bodyHash"] as const;

/** What a claim can be told to say. */
export type ClaimMeaning = (typeof claimMeanings)[number];

/** What an operator has said about the claims of Trackunit's tokens. */
export interface ClaimRules {
  /** The claim that must be there and say the same as the body. */
  claims: Partial<Record<ClaimMeaning, string>>;
  /** Of an app, besides those of `TokenRules`, which are of every app. */
  audienceOfApp: Readonly<Record<string, readonly string[]>>;
  /** What to do about other claims that contradict the body by their name or shape. */
  contradictions: "refuse" | "tolerate";
}

/**
 * By default no claim is required, and one that contradicts the body is refused.
 */
export const noClaimRules: ClaimRules = { claims: {}, audienceOfApp: {}, contradictions: "refuse" };

/** How `irisAppId` is written, and nothing else is. */
const appShape = /^@[^\s/@]+\/[^\s/@]+$/;
const appNames = ["irisappid", "appid", "app", "aud", "azp"];
/** Claims within claims and lists are looked at so deep. */
const maxDepth = 12;
const accountNames = ["accountid", "irisaccountid", "trackunitaccountid"];

/**
 * To be asked of a verified token.
 * @throws Refusal: `ERR_IDENTITY_CLAIM` for another audience, `ERR_IDENTITY_CONTRADICTS_BODY`
 */
export function checkClaims(claims: JWTPayload, body: CallbackBody, rules: ClaimRules): void {
  const { audienceOfApp } = rules;
  // An app may have the name of something that every object has.
  const audiences = Object.hasOwn(audienceOfApp, body.irisAppId) ? audienceOfApp[body.irisAppId] : undefined;
  if (audiences !== undefined && !textsOf(claims.aud).some((one) => audiences.includes(one)))
    throw new Refusal("ERR_IDENTITY_CLAIM", { reason: "not of the audience of this app" });
  for (const meaning of claimMeanings) {
    const name = rules.claims[meaning];
    if (name === undefined) continue;
    const values = Object.hasOwn(claims, name) ? textsOf(claims[name]) : [];
    if (!values.some((value) => says(meaning, value, body)))
      throw new Refusal("ERR_IDENTITY_CONTRADICTS_BODY", { reason: `the claim for ${meaning}` });
  }
  if (rules.contradictions === "tolerate") return;
  const named = new Set(Object.values(rules.claims));
  for (const { path, names, values } of plainClaims(claims)) {
    if (named.has(path)) continue;
    const meaning = obviousMeaning(names, values);
    if (meaning !== undefined && !values.some((value) => says(meaning, value, body)))
      throw new Refusal("ERR_IDENTITY_CONTRADICTS_BODY", {
        reason: `a claim that is ${meaning} by its name`,
      });
  }
}

/** The claims that said the same as the body: what an operator may require. At most a few, by their names. */
export function claimsLike(claims: JWTPayload, body: CallbackBody): Partial<Record<ClaimMeaning, string[]>> {
  return Object.fromEntries(
    claimMeanings.map((meaning) => [
      meaning,
      Object.keys(claims)
        .filter((name) => textsOf(claims[name]).some((value) => says(meaning, value, body)))
        .slice(0, 5),
    ]),
  );
}

interface PlainClaim {
  /** The names that lead to it. */
  path: string;
  /** Its own, and with that of what it is in: `id` within `account` is `accountid`. */
  names: string[];
  values: string[];
}

/** Each claim that says something, also within others; what a list holds counts as one claim. */
function plainClaims(claims: JWTPayload): Iterable<PlainClaim> {
  const found = new Map<string, PlainClaim>();
  const visit = (value: unknown, path: string, names: string[], depth: number): void => {
    if (depth === 0) return;
    if (Array.isArray(value)) for (const item of value) visit(item, path, names, depth - 1);
    else if (typeof value === "object" && value !== null) {
      for (const [name, inner] of Object.entries(value)) {
        const plain = plainName(name);
        visit(inner, path === "" ? name : `${path} ${name}`, [plain, `${names[0]}${plain}`], depth - 1);
      }
    } else {
      const claim = found.get(path) ?? { path, names, values: [] };
      claim.values.push(...textsOf(value));
      found.set(path, claim);
    }
  };
  visit(claims, "", [""], maxDepth);
  return found.values();
}

/** In small letters and digits: the last part of one that is a URI, RFC 7519, section 4.2. */
function plainName(name: string): string {
  return (name.split(/[/:]/).at(-1) ?? "").replace(/[^a-z0-9]/gi, "").toLowerCase();
}

/**
 * An app is known by its shape; an account's id could be anybody's, such as the user's in `sub`, so only a
 * name tells.
 */
function obviousMeaning(names: readonly string[], values: readonly string[]): ClaimMeaning | undefined {
  const isAmong = (known: readonly string[]) => names.some((name) => known.includes(name));
  if (isAmong(accountNames) && values.length > 0) return "accountId";
  if (isAmong(["irisappid"]) && values.length > 0) return "irisAppId";
  return isAmong(appNames) && values.some((value) => appShape.test(value)) ? "irisAppId" : undefined;
}

function says(meaning: ClaimMeaning, value: string, body: CallbackBody): boolean {
  if (meaning === "irisAppId") return value === body.irisAppId;
  // The letters of a UUID mean the same in either case; of other ids each is another account.
  if (meaning === "accountId")
    return accountIdPattern.test(body.accountId)
      ? value.toLowerCase() === body.accountId.toLowerCase()
      : value === body.accountId;
  const digest = digestOf(body);
  if (digest === undefined) return false;
  const spelt = value.replace(/^sha-?256[:=]/i, "").replace(/=+$/, "");
  return (
    spelt.toLowerCase() === digest.toString("hex") ||
    spelt.replaceAll("+", "-").replaceAll("/", "_") === digest.toString("base64url")
  );
}

function textsOf(claim: unknown): string[] {
  const values = Array.isArray(claim) ? claim : [claim];
  return values.filter((value) => typeof value === "string" || typeof value === "number").map(String);
}
