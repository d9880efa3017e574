// What the tokens of a process are made from, and what they give.

import type { Credential, Generation, InstallationId, InstallationState } from "@fleetkeeper/model";
import type { RedisClient } from "@fleetkeeper/redis";
import type { EndpointPace } from "./endpoint-pace.ts";
import type { TokenError } from "./errors.ts";
import type { CachedToken, TokenCache } from "./token-cache.ts";
import type { TokenEndpoint } from "./token-endpoint.ts";

/** What asking for a token needs: the clear credential of the newest install. */
export interface LoadedCredential {
  credential: Credential;
  generation: Generation;
  state: InstallationState;
}

/** What the tokens of one process go by. Times in milliseconds. */
export interface TokensOptions {
  cache: TokenCache;
  redis: RedisClient;
  endpoint: TokenEndpoint;
  /** Of all requests to the endpoint, in every process. Absent: each goes at once. */
  pace?: EndpointPace;
  /** Rejects with CredentialPendingError while there is none. */
  loadCredential: (installationId: InstallationId) => Promise<LoadedCredential>;
  /** Notes a token, once per request to the endpoint and before it is handed out. Must not throw. */
  onGrant: (installationId: InstallationId, token: CachedToken, assumed: readonly string[]) => Promise<void>;
  /**
   * Notes a failed request, once. Must not throw.
   * @returns for how long no process may request this token again, in milliseconds.
   */
  onError: (installationId: InstallationId, generation: Generation, error: TokenError) => Promise<number>;
  /** Where a token was found that can be used now, each time `get` looks for one. */
  onLookup?: (found: "memory" | "redis" | "none") => void;
  /** Wraps each request to the endpoint, to time and trace it. */
  aroundRequest?: <T>(request: () => Promise<T>) => Promise<T>;
  now?: () => Date;
  /** Tokens kept in memory. Default 10 000. */
  memoryCapacity?: number;
}

/** A token, and whether this call brought it: then it has been noted. */
export interface ObtainedToken {
  token: CachedToken;
  isNew: boolean;
}
