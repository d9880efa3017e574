// Access tokens: the token endpoint, the cache in Redis, single flight in the process and across processes.

export { createEndpointPace, type EndpointPace, type PaceOptions } from "./endpoint-pace.ts";
export {
  CredentialOutdatedError,
  CredentialPendingError,
  CredentialRefusedError,
  InstallationPausedError,
  InstallationRevokedError,
  ScopeRefusedError,
  TokenBusyError,
  TokenCharactersError,
  TokenEndpointPacedError,
  TokenEndpointUnavailableError,
  TokenError,
  TokenHeldError,
  TokenRateLimitedError,
  TokenRequestRejectedError,
  TokenResponseError,
} from "./errors.ts";
export { isUsable, nextTokenOf, prewarmAtOf } from "./freshness.ts";
export { type GrantedToken, readGrant } from "./read-grant.ts";
export { type CachedToken, createTokenCache, type TokenCache } from "./token-cache.ts";
export { requestToken, type TokenEndpoint } from "./token-endpoint.ts";
export { createTokens, type Tokens } from "./tokens.ts";
export type { LoadedCredential, ObtainedToken, TokensOptions } from "./tokens-options.ts";
