// The Trackunit API: requests, pages, limits and errors. Hides HTTP.

export {
  type AccountQuery,
  accountOfToken,
  parseAccountQuery,
  type TokensAccount,
} from "./account-of-token.ts";
export type { AempList } from "./aemp-pages.ts";
export {
  type CircuitBreaker,
  type CircuitBreakerOptions,
  type CircuitState,
  createCircuitBreaker,
} from "./circuit-breaker.ts";
export type { TrackunitClient } from "./client.ts";
export {
  ApiAnswerTooLongError,
  ApiCircuitOpenError,
  ApiEncodingError,
  ApiError,
  ApiForbiddenError,
  ApiLimiterUnavailableError,
  ApiNotJsonError,
  ApiPathError,
  ApiRateLimitedError,
  ApiRedirectError,
  ApiRejectedError,
  ApiShapeError,
  ApiUnauthorizedError,
  ApiUnavailableError,
  CursorRepeatsError,
  CursorUnreadableError,
  FleetUnreadableError,
  GraphqlError,
  PagesEndlessError,
  QueryTooComplexError,
} from "./errors.ts";
export type { ApiRequest, Send } from "./exchange.ts";
export { createForward, type Forward, type ForwardedAnswer, type ForwardedRequest } from "./forward.ts";
export type { GraphqlConnection } from "./graphql-pages.ts";
export type { RequestFacts, SentRequest } from "./http.ts";
export { type FamilyUse, readLimitUse } from "./limit-use.ts";
export { documentedLimits, type Limit, type Limiter, type LimitUse } from "./limits.ts";
export type { IncompleteItem, Page, PageOptions } from "./page.ts";
export { createRedisLimiter, type RedisLimiterOptions } from "./redis-limiter.ts";
export type { RestCursorList } from "./rest-cursor-pages.ts";
export type { RestList } from "./rest-list.ts";
export type { MaybeItem } from "./send-for-item.ts";
export { createTrackunit, type TrackunitOptions, type WantedToken } from "./trackunit.ts";
