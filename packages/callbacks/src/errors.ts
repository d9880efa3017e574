// Why the ingress refuses a request: every code with its status and its advice. Nowhere else does an error
// become a status.

import { defineError, defineRefusal, FleetkeeperError, type RefusalRule } from "@fleetkeeper/model";

const rules = {
  ERR_REQUEST_MALFORMED: { status: 400, message: "Send a well-formed HTTP/1.1 request." },
  ERR_REQUEST_ABORTED: { status: 400, message: "Stay connected until the answer has arrived." },
  ERR_BODY_MALFORMED: {
    status: 400,
    message:
      "Send a JSON object in UTF-8 with type, irisAppId, accountId, clientId and clientSecret, each a non-empty string.",
  },
  ERR_ACCOUNT_ID: {
    status: 400,
    message:
      "Send the account's id as 8-4-4-4-12 hexadecimal digits; for others the operator sets CALLBACK_ACCOUNT_IDS to any.",
  },
  ERR_IDENTITY_MISSING: { status: 401, message: "Send a signed token in the header Trackunit-Identity." },
  ERR_IDENTITY_MALFORMED: {
    status: 401,
    message: "Send one JSON Web Token in compact form, of at most 8192 characters.",
  },
  ERR_IDENTITY_ALGORITHM: {
    status: 401,
    message: "Sign the token with RS256/384/512, PS256/384/512, ES256/384/512 or EdDSA.",
  },
  ERR_IDENTITY_UNKNOWN_KEY: {
    status: 401,
    message: "Sign the token with a key of the configured key set and name it by kid.",
  },
  ERR_IDENTITY_SIGNATURE: { status: 401, message: "Send the token unchanged, as it was signed." },
  ERR_IDENTITY_EXPIRED: { status: 401, message: "Send a new token; check the clock of the sender." },
  ERR_IDENTITY_CLAIM: {
    status: 401,
    message: "Send a token with the expected issuer and audience that is already valid.",
  },
  ERR_IDENTITY_CONTRADICTS_BODY: {
    status: 401,
    message: "Send a token of the account and the app that the body names.",
  },
  ERR_APP_NOT_ALLOWED: {
    status: 403,
    message: "Callbacks of this app are not accepted here; the operator lists the apps in TRACKUNIT_APP_IDS.",
  },
  ERR_NOT_FOUND: {
    status: 404,
    message: "Send callbacks by POST to the URL of the app's manifest, which ends with /appinstall.",
  },
  ERR_METHOD_NOT_ALLOWED: { status: 405, message: "Send callbacks by POST." },
  ERR_REQUEST_TIMEOUT: { status: 408, message: "Send the whole request within 10 seconds." },
  ERR_TOKEN_REUSED: {
    status: 409,
    message: "This token already came with another body. Sign a new token for a new body.",
  },
  ERR_BODY_TOO_LARGE: { status: 413, message: "Send a body of at most 16384 bytes." },
  ERR_CONTENT_TYPE: { status: 415, message: "Send application/json in UTF-8 without content encoding." },
  ERR_TOO_MANY_CALLBACKS: {
    status: 429,
    message: "Too many callbacks wait to be stored. Send it again after Retry-After.",
    retryAfterS: 1,
  },
  ERR_TOO_MANY_REFUSALS: {
    status: 429,
    message: "Too many requests from this address were refused. Fix them, and send again after Retry-After.",
    retryAfterS: 60,
  },
  ERR_HEADERS_TOO_LARGE: { status: 431, message: "Send headers of at most 16384 bytes." },
  ERR_INTERNAL: { status: 500, message: "The callback could not be handled; the operator's log says why." },
  ERR_KEY_SET_UNAVAILABLE: {
    status: 503,
    message: "The keys to verify the token are unavailable. Send it again after Retry-After.",
    retryAfterS: 10,
  },
  ERR_QUEUE_UNAVAILABLE: {
    status: 503,
    message: "The callback could not be stored. Send it again after Retry-After.",
    retryAfterS: 10,
  },
} satisfies Record<string, RefusalRule>;

/** Stable; each has one status and one message. */
export type RefusalCode = keyof typeof rules;

/** A callback that gets no 202. */
export class Refusal extends defineRefusal(rules) {}

/** All of them, in the order of their status. */
export const refusalCodes = Refusal.codes;

/**
 * The key set could not be fetched, or held nothing to verify with. `retryAfterMs`: the endpoint said how
 * long to wait.
 */
export class KeySetFetchError extends defineError(FleetkeeperError, "ERR_KEY_SET_FETCH", "retry") {}

/**
 * Codes of Fastify and of Node's HTTP parser that are refusals of ours;
 * https://fastify.dev/docs/latest/Reference/Errors/
 */
const foreignCodes: Record<string, RefusalCode> = {
  FST_ERR_VALIDATION: "ERR_BODY_MALFORMED",
  FST_ERR_CTP_INVALID_JSON_BODY: "ERR_BODY_MALFORMED",
  FST_ERR_CTP_EMPTY_JSON_BODY: "ERR_BODY_MALFORMED",
  FST_ERR_CTP_BODY_TOO_LARGE: "ERR_BODY_TOO_LARGE",
  FST_ERR_CTP_INVALID_MEDIA_TYPE: "ERR_CONTENT_TYPE",
  HPE_HEADER_OVERFLOW: "ERR_HEADERS_TOO_LARGE",
  ECONNRESET: "ERR_REQUEST_ABORTED",
  ERR_HTTP_REQUEST_TIMEOUT: "ERR_REQUEST_TIMEOUT",
  ERR_QUEUE_UNAVAILABLE: "ERR_QUEUE_UNAVAILABLE",
};

/** Translates any thrown value; what is neither ours nor the sender's fault is `ERR_INTERNAL`. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  const { code, statusCode } = error as { code?: string; statusCode?: number };
  const known = Object.hasOwn(foreignCodes, code ?? "") ? foreignCodes[code ?? ""] : undefined;
  if (known !== undefined) return new Refusal(known, { cause: error });
  const isSendersFault = statusCode !== undefined && statusCode >= 400 && statusCode < 500;
  return new Refusal(isSendersFault ? "ERR_REQUEST_MALFORMED" : "ERR_INTERNAL", { cause: error });
}
