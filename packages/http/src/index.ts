// Outbound HTTP: one bounded request, over kept connections, through a proxy where one is configured.

export {
  type ClientCertificate,
  type Connections,
  type ConnectionsOptions,
  createConnections,
} from "./connections.ts";
export {
  AddressRefusedError,
  AnswerEncodingError,
  AnswerTooLongError,
  HttpError,
  NoAnswerError,
  RedirectError,
  UrlRefusedError,
} from "./errors.ts";
export { fetchThrough } from "./fetch-through.ts";
export {
  checkGuardedAddress,
  checkGuardedUrl,
  createGuardedFetch,
  type GuardedAnswer,
  type GuardedFetch,
  type GuardedFetchOptions,
  type GuardedRequest,
} from "./guarded-fetch.ts";
export { checkProxyUrl, ProxyUrlError } from "./proxy-url.ts";
export { boundedWaitMs, retryAfterMs } from "./retry-after.ts";
export { type OutboundAnswer, type OutboundRequest, sendOutbound } from "./send-outbound.ts";
