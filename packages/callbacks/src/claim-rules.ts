// Whether a token's claims fit the body that came with it. Trackunit documents none of its claims: an
// operator says which one means what, and what a name or a shape says clearly is believed without that.

import type { JWTPayload } from "jose";
import type { CallbackBody } from "./callback-body.ts";
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
 * As long as nobody has said anything: no claim is required, and one that contradicts the body is refused.
 */
export const noClaimRules: ClaimRules = { claims: {}, audienceOfApp: {}, contradictions: "refuse" };

/** How `irisAppId` is written, and nothing else is. */
const appShape = /^@[^\s/@]+\/[^\s/@]+$/;
const appNames = ["irisappid", "appid", "app", "aud", "azp"];
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
  for (const [name, claim] of Object.entries(claims)) {
    if (named.has(name)) continue;
    const meaning = obviousMeaning(name, claim);
    if (meaning !== undefined && !textsOf(claim).some((value) => says(meaning, value, body)))
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

/**
 * An app is known by its shape; an account's id could be anybody's, such as the user's in `sub`, so only a
 * name tells.
 */
function obviousMeaning(name: string, claim: unknown): ClaimMeaning | undefined {
  // The last part of one that is a URI, RFC 7519, section 4.2.
  const plain = (name.split(/[/:]/).at(-1) ?? "").replace(/[^a-z0-9]/gi, "").toLowerCase();
  const values = textsOf(claim);
  if (accountNames.includes(plain) && values.length > 0) return "accountId";
  if (plain === "irisappid" && values.length > 0) return "irisAppId";
  return appNames.includes(plain) && values.some((value) => appShape.test(value)) ? "irisAppId" : undefined;
}

function says(meaning: ClaimMeaning, value: string, body: CallbackBody): boolean {
  if (meaning === "irisAppId") return value === body.irisAppId;
  if (meaning === "accountId") return value.toLowerCase() === body.accountId.toLowerCase();
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
