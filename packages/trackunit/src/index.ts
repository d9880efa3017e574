// The Trackunit API: requests, pages, limits and errors. Hides HTTP.

export type { Page, PageOptions, TrackunitClient } from "./client.ts";
export {
  ApiAnswerTooLongError,
  ApiError,
  ApiForbiddenError,
  ApiNotJsonError,
  ApiRateLimitedError,
  ApiRejectedError,
  ApiShapeError,
  ApiUnauthorizedError,
  ApiUnavailableError,
  CursorRepeatsError,
  GraphqlError,
  QueryTooComplexError,
} from "./errors.ts";
export type { ApiRequest } from "./http.ts";
export { createTrackunit, type TrackunitOptions } from "./trackunit.ts";
