// One request to the token endpoint: client credentials in a form body. Source: Trackunit, "Calling the API on behalf of the User"; RFC 6749, sections 4.4 and 5.2.

import type { AccessToken, Credential } from "@fleetkeeper/model";
import { type Dispatcher, request } from "undici";
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

const bodyLimitBytes = 64 * 1024;

const grant = z.object({
  access_token: z.string().min(1).max(16_384),
  expires_in: z.coerce
    .number()
    .positive()
    .max(366 * 86_400),
  scope: z.string().optional(),
});
const refusal = z.object({ error: z.string().max(100) });

export interface TokenEndpoint {
  tokenUrl: string;
  scopes: readonly string[];
  dispatcher: Dispatcher;
  /** From sending to the last byte. */
  timeoutMs: number;
}

/**
 * Asks for a token. Granted scopes are those that the answer names, or those asked for when it names none (RFC 6749, section 5.1).
 * @throws TokenError; its message never holds the answer's text.
 */
export async function requestToken(
  endpoint: TokenEndpoint,
  credential: Credential,
  now: Date,
): Promise<AccessToken> {
  const { scopes } = endpoint;
  const answer = await post(endpoint, credential);
  if (answer.status !== 200) throw errorOf(answer);
  const parsed = grant.safeParse(parseJson(answer.text));
  if (!parsed.success) throw new TokenResponseError("the token endpoint answered 200 without a token");
  const { access_token, expires_in, scope } = parsed.data;
  return {
    accessToken: access_token,
    scopes: scope === undefined ? [...scopes] : scope.split(" ").filter((word) => word !== ""),
    issuedAt: now,
    expiresAt: new Date(now.getTime() + expires_in * 1_000),
  };
}

interface Answer {
  status: number;
  retryAfter: string | undefined;
  text: string;
}

async function post(
  { tokenUrl, scopes, dispatcher, timeoutMs }: TokenEndpoint,
  credential: Credential,
): Promise<Answer> {
  const form = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: credential.clientId,
    client_secret: credential.clientSecret,
    scope: scopes.join(" "),
  });
  try {
    const response = await request(tokenUrl, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
      body: form.toString(),
      dispatcher,
      signal: AbortSignal.timeout(timeoutMs),
    });
    const retryAfter = response.headers["retry-after"];
    return {
      status: response.statusCode,
      retryAfter: Array.isArray(retryAfter) ? retryAfter[0] : retryAfter,
      text: await boundedText(response.body),
    };
  } catch (cause) {
    throw new TokenEndpointUnavailableError("the token endpoint did not answer", { cause });
  }
}

async function boundedText(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > bodyLimitBytes) throw new Error("the answer is too long");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function errorOf({ status, retryAfter, text }: Answer): TokenError {
  const code = refusal.safeParse(parseJson(text)).data?.error;
  if (code === "invalid_client")
    return new CredentialRefusedError("Trackunit refuses the client id and secret");
  if (code === "invalid_scope") return new ScopeRefusedError("Trackunit refuses the scopes asked for");
  if (status === 429) return new TokenRateLimitedError(waitMs(retryAfter));
  if (status >= 400 && status < 500)
    return new TokenRequestRejectedError(`the token endpoint answered ${status}`);
  return new TokenEndpointUnavailableError(`the token endpoint answered ${status}`);
}

/** `Retry-After` in seconds or as a date (RFC 9110, section 10.2.3), between 1 s and 1 h; 30 s when it is absent or unreadable. */
function waitMs(retryAfter: string | undefined): number {
  const seconds = Number(retryAfter);
  const ms = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(retryAfter ?? "") - Date.now();
  return retryAfter === undefined || Number.isNaN(ms) ? 30_000 : Math.min(Math.max(ms, 1_000), 3_600_000);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
