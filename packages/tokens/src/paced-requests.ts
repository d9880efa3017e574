// Requests to the token endpoint in the pace that all processes keep together.

import { setTimeout as sleep } from "node:timers/promises";
import type { Credential } from "@fleetkeeper/model";
import { TokenEndpointPacedError, TokenEndpointUnavailableError, type TokenError } from "./errors.ts";
import type { GrantedToken } from "./read-grant.ts";
import { requestToken } from "./token-endpoint.ts";
import type { TokensOptions } from "./tokens-options.ts";

/** `now`: when a grant counts as issued. */
export function createPacedRequests(
  { endpoint, pace, aroundRequest = (request) => request() }: TokensOptions,
  now: () => Date,
) {
  return { ask, notePace };

  /** One request to the endpoint, in its turn. @throws TokenError */
  async function ask(credential: Credential, what: "token" | "proof" = "token"): Promise<GrantedToken> {
    const waitMs = await pace?.admit(what);
    if (waitMs !== undefined && waitMs > 0) await sleep(waitMs);
    const granted = await aroundRequest(() => requestToken(endpoint, credential, now()));
    await pace?.note("answer");
    return granted;
  }

  async function notePace(error: TokenError): Promise<void> {
    if (error instanceof TokenEndpointPacedError) return;
    await pace?.note(error instanceof TokenEndpointUnavailableError ? "outage" : "answer");
  }
}
