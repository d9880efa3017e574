// What the library's errors mean for a person who logs in, and what the log may say of them.

import { AuthorizationResponseError, ClientError, ResponseBodyError } from "openid-client";
import { BoardError } from "../../errors.ts";

/** OpenID Connect Core 1.0, section 3.1.2.6, and RFC 6749, section 4.1.2.1. */
const denials = [
  "access_denied",
  "login_required",
  "consent_required",
  "interaction_required",
  "account_selection_required",
];
const absences = ["server_error", "temporarily_unavailable"];

export function refusalOf(error: unknown): BoardError {
  if (isAbsence(error)) return new BoardError("ERR_OIDC_AWAY");
  const denied = error instanceof AuthorizationResponseError && denials.includes(error.error);
  return denied ? new BoardError("ERR_OIDC_DENIED") : new BoardError("ERR_OIDC_ANSWER");
}

/**
 * Fields for the log: codes and the library's own words; nothing of what the provider or the browser sent but
 * a known kind of code.
 */
export function explain(error: unknown): {
  reason: string | undefined;
  providerError?: string;
  claim?: string;
} {
  const reason = (error as { code?: string }).code ?? (error as Error).name;
  if (error instanceof AuthorizationResponseError || error instanceof ResponseBodyError)
    return { reason, providerError: /^[a-z_]{1,40}$/.test(error.error) ? error.error : "other" };
  const claim = claimOf(error);
  return claim === undefined ? { reason } : { reason, claim };
}

/** The claim that did not fit. */
function claimOf(error: unknown): string | undefined {
  for (let cause: unknown = error, depth = 0; cause instanceof Error && depth < 4; depth += 1) {
    const { claim } = (cause.cause ?? {}) as { claim?: unknown };
    if (typeof claim === "string") return claim;
    cause = cause.cause;
  }
  return undefined;
}

function isAbsence(error: unknown): boolean {
  if (error instanceof AuthorizationResponseError) return absences.includes(error.error);
  if (error instanceof ResponseBodyError) return error.status >= 500;
  if (error instanceof ClientError)
    return error.code === "OAUTH_TIMEOUT" || (error.cause instanceof Response && error.cause.status >= 500);
  // `fetch` fails by a TypeError whose cause is the network's.
  return error instanceof TypeError && error.cause instanceof Error;
}
