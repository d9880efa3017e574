// What an install callback must be, and how it is verified: for the ingress, which refuses, and the command
// line, which explains.

export {
  type AccountIdShape,
  accountIdIn,
  accountIdPattern,
  accountIdShapes,
  type CallbackBody,
  callbackSchema,
  canonicalText,
  type InstalledBody,
  isInstalled,
} from "./callback-body.ts";
export { callbackPath, requestRules, unroutedRefusal } from "./callback-route.ts";
export { advice, type Check, checkOf, checks } from "./checks.ts";
export {
  type ClaimMeaning,
  type ClaimRules,
  checkClaims,
  claimMeanings,
  claimsLike,
  noClaimRules,
} from "./claim-rules.ts";
export { KeySetFetchError, Refusal, type RefusalCode, refusalCodes, refusalOf } from "./errors.ts";
export { createKeySetFetcher, type FetchedKeySet } from "./fetch-key-set.ts";
export { acceptJsonOnly } from "./json-body.ts";
export { localKeys } from "./local-keys.ts";
export { sealCallback, type VerifiedCallback } from "./seal-callback.ts";
export { type CallbackToken, contentHashOf, type TokenRules, tokenOf, verifyToken } from "./verify-token.ts";
