// The checks of the ingress in its order, which codes each refuses with, and what an operator does then.

import type { RefusalCode } from "./errors.ts";

/** One check, as pages and command line name it. */
export interface Check {
  name: string;
  /** What passing means. */
  means: string;
  codes: readonly RefusalCode[];
}

/** In the order in which the ingress makes them: a callback is refused by the first that it does not pass. */
export const checks: readonly Check[] = [
  {
    name: "request",
    means: "POST /appinstall, below INGRESS_PATH if any, with headers of a sane size",
    codes: ["ERR_NOT_FOUND", "ERR_METHOD_NOT_ALLOWED", "ERR_HEADERS_TOO_LARGE", "ERR_REQUEST_MALFORMED"],
  },
  { name: "content type", means: "JSON in UTF-8, not encoded", codes: ["ERR_CONTENT_TYPE"] },
  { name: "size", means: "a body of at most 16384 bytes", codes: ["ERR_BODY_TOO_LARGE"] },
  {
    name: "body",
    means: "type, irisAppId, accountId, clientId and clientSecret",
    codes: ["ERR_BODY_MALFORMED"],
  },
  {
    name: "account",
    means: "an id of 8-4-4-4-12 hexadecimal digits, unless CALLBACK_ACCOUNT_IDS is any",
    codes: ["ERR_ACCOUNT_ID"],
  },
  {
    name: "token",
    means: "one JWT in the header Trackunit-Identity",
    codes: ["ERR_IDENTITY_MISSING", "ERR_IDENTITY_MALFORMED"],
  },
  { name: "algorithm", means: "an asymmetric algorithm that we accept", codes: ["ERR_IDENTITY_ALGORITHM"] },
  {
    name: "key",
    means: "a key of the key set",
    codes: ["ERR_IDENTITY_UNKNOWN_KEY", "ERR_KEY_SET_UNAVAILABLE"],
  },
  { name: "signature", means: "signed by that key", codes: ["ERR_IDENTITY_SIGNATURE"] },
  {
    name: "claims",
    means: "of the expected issuer and audience, and valid at that time",
    codes: ["ERR_IDENTITY_EXPIRED", "ERR_IDENTITY_CLAIM"],
  },
  { name: "app", means: "one of TRACKUNIT_APP_IDS", codes: ["ERR_APP_NOT_ALLOWED"] },
  {
    name: "body's claims",
    means: "no claim names another account, app or body",
    codes: ["ERR_IDENTITY_CONTRADICTS_BODY"],
  },
  { name: "binding", means: "the first body that came with this token", codes: ["ERR_TOKEN_REUSED"] },
];

/** What an operator does about a code, where the message for the sender does not say it. */
export const advice: Partial<Record<RefusalCode, string>> = {
  ERR_NOT_FOUND: "Correct the path of tokenCallback in the app's manifest, or what a proxy makes of it.",
  ERR_METHOD_NOT_ALLOWED: "Look at redirects in front of the ingress: they turn POST into GET.",
  ERR_HEADERS_TOO_LARGE: "Find out what a proxy adds to the headers.",
  ERR_CONTENT_TYPE: "Find out whether a proxy changes Content-Type or compresses the body.",
  ERR_BODY_TOO_LARGE: "Tell Trackunit: a callback has a few hundred bytes.",
  ERR_BODY_MALFORMED:
    "Look at the body in the capture: if a proxy changed it, stop that; if Trackunit did, report it.",
  ERR_ACCOUNT_ID:
    "If Trackunit sent it, the shape of its account ids has changed: set CALLBACK_ACCOUNT_IDS to any, and report it.",
  ERR_IDENTITY_MISSING:
    "Check that no proxy strips the header Trackunit-Identity; otherwise it did not come from Trackunit.",
  ERR_IDENTITY_MALFORMED: "Check that no proxy changes or repeats the header Trackunit-Identity.",
  ERR_IDENTITY_ALGORITHM: "It did not come from Trackunit, or Trackunit changed its algorithm: report it.",
  ERR_IDENTITY_UNKNOWN_KEY:
    "Check that TRACKUNIT_JWKS_URL is of the same Trackunit as the app; the key set no longer has keys that were rotated away.",
  ERR_KEY_SET_UNAVAILABLE:
    "Check TRACKUNIT_JWKS_URL and the network; the ingress answers 503 and Trackunit may send it again.",
  ERR_IDENTITY_SIGNATURE: "It was changed on its way, or did not come from Trackunit.",
  ERR_IDENTITY_EXPIRED:
    "If it arrived late, find out why; otherwise set the clocks. For an older capture, give its time of arrival with --at.",
  ERR_IDENTITY_CLAIM:
    "Compare iss and aud with CALLBACK_ISSUER and CALLBACK_AUDIENCE, and iat and nbf with the clock.",
  ERR_IDENTITY_CONTRADICTS_BODY:
    "Compare the token's claims with the body: if they mean something else, say so in CALLBACK_CLAIMS, or set CALLBACK_CONTRADICTIONS to tolerate. Otherwise the sender used another account's token.",
  ERR_APP_NOT_ALLOWED: "Add the app to TRACKUNIT_APP_IDS if it is yours.",
  ERR_TOKEN_REUSED: "Another body came with this token before: one of the two was changed. Do not accept it.",
};

/** The check that refuses with this code; undefined if the fault is not the callback's. */
export function checkOf(code: RefusalCode): Check | undefined {
  return checks.find(({ codes }) => codes.includes(code));
}
