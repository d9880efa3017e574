// One request to the token endpoint: client credentials in a form body. Source: Trackunit, "Calling the API
// on behalf of the User"; RFC 6749, sections 4.4 and 5.2.

import { AnswerEncodingError, type OutboundAnswer, RedirectError, sendOutbound } from "@fleetkeeper/http";
import type { Credential } from "@fleetkeeper/model";
import type { Dispatcher } from "undici";
import { z } from "zod";
import {
  CredentialRefusedError,
  ScopeRefusedError,
  TokenEndpointUnavailableError,
  type TokenError,
  TokenRateLimitedError,
  TokenRequestRejectedError,
  TokenResponseError,
} from "./errors.ts";
import { type GrantedToken, readGrant } from "./read-grant.ts";

const bodyLimitBytes = 64 * 1024;
/** After a limit that does not say when it ends. */
const unnamedWaitMs = 30_000;

const refusal = z.object({ error: z.string().max(100) });

/** Where tokens are asked for, and with which scopes. */
export interface TokenEndpoint {
  tokenUrl: string;
  scopes: readonly string[];
  dispatcher: Dispatcher;
  /** From sending to the last byte. */
  timeoutMs: number;
}

/**
 * Asks for a token. What the answer leaves out or says oddly is assumed, and named in `assumed`.
 * @throws TokenError; its message never holds the answer's text.
 */
export async function requestToken(
  endpoint: TokenEndpoint,
  credential: Credential,
  now: Date,
): Promise<GrantedToken> {
  const answer = await post(endpoint, credential);
  if (answer.status < 200 || answer.status > 299) throw errorOf(answer);
  return readGrant(parseJson(answer.text), endpoint.scopes, now);
}

/** Twice the same does no harm: a second token leaves the first one valid (RFC 6749, section 4.4). */
async function post(
  { tokenUrl, scopes, dispatcher, timeoutMs }: TokenEndpoint,
  credential: Credential,
): Promise<OutboundAnswer> {
  const form = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: credential.clientId,
    client_secret: credential.clientSecret,
    scope: scopes.join(" "),
  });
  try {
    return await sendOutbound(dispatcher, {
      url: tokenUrl,
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: form.toString(),
      timeoutMs,
      bodyLimitBytes,
      repeatable: true,
    });
  } catch (cause) {
    if (cause instanceof AnswerEncodingError) throw new TokenResponseError(cause.message, { cause });
    if (cause instanceof RedirectError)
      throw new TokenRequestRejectedError(`${cause.message}; TRACKUNIT_TOKEN_URL may need another address`, {
        cause,
      });
    throw new TokenEndpointUnavailableError("the token endpoint did not answer", { cause });
  }
}

function errorOf({ status, retryAfterMs, text }: OutboundAnswer): TokenError {
  const code = refusal.safeParse(parseJson(text)).data?.error;
  if (code === "invalid_client")
    return new CredentialRefusedError("Trackunit refuses the client id and secret");
  if (code === "invalid_scope") return new ScopeRefusedError("Trackunit refuses the requested scopes");
  // A refusal that names its end is a limit, with any status.
  if (status === 429 || (status >= 400 && status < 500 && retryAfterMs !== undefined))
    return new TokenRateLimitedError(retryAfterMs ?? unnamedWaitMs);
  if (status >= 400 && status < 500)
    return new TokenRequestRejectedError(`the token endpoint answered ${status}`);
  return new TokenEndpointUnavailableError(`the token endpoint answered ${status}`, { retryAfterMs });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
