// Access tokens: the token endpoint, the cache in Redis, single flight in the process and across processes.

export {
  CredentialRefusedError,
  InstallationRevokedError,
  ScopeRefusedError,
  TokenBusyError,
  TokenEndpointUnavailableError,
  TokenError,
  TokenRateLimitedError,
  TokenRequestRejectedError,
  TokenResponseError,
} from "./errors.ts";
export { isUsable, prewarmAtOf } from "./freshness.ts";
export { type CachedToken, createTokenCache, type TokenCache } from "./token-cache.ts";
export { requestToken, type TokenEndpoint } from "./token-endpoint.ts";
export { createTokens, type LoadedCredential, type Tokens, type TokensOptions } from "./tokens.ts";
