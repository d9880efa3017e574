// Why the API gave no answer that can be used. Each cause has its class, its code, and what can be done about
// it.

import { defineError, type ErrorDetails, FleetkeeperError } from "@fleetkeeper/model";

/** The API gave no answer that can be used; `code` says why. */
export abstract class ApiError extends FleetkeeperError {
  /** Reading on at the same cursor cannot help: the next attempt should begin with the first page. */
  readonly startOver: boolean = false;
}

/** 401 with a token, and again 401 with a new one. */
export class ApiUnauthorizedError extends defineError(ApiError, "ERR_API_UNAUTHORIZED", "retry") {}

/** 403 on a whole resource: this account's token may not read it. The other resources are not concerned. */
export class ApiForbiddenError extends defineError(ApiError, "ERR_API_FORBIDDEN", "never") {}

/**
 * 429, any refusal that names a `Retry-After` (403 too), GraphQL's `RATE_LIMITED`, or our own limiter.
 * `retryAfterMs` is absent when no length was named; what the API says is taken to be 1 s to 1 h.
 */
export class ApiRateLimitedError extends defineError(ApiError, "ERR_API_RATE_LIMITED", "later") {
  readonly family: string;

  constructor(family: string, retryAfterMs?: number) {
    super(`the limit of ${family} is reached`, { retryAfterMs });
    this.family = family;
  }
}

/**
 * No answer, a cut connection, a time-out, 408, or a status of 500 and above. `retryAfterMs`: the API said
 * how long.
 */
export class ApiUnavailableError extends defineError(ApiError, "ERR_API_UNAVAILABLE", "retry") {
  /** Absent when no whole answer came. */
  readonly status?: number;

  constructor(message: string, { status, ...details }: ErrorDetails & { status?: number } = {}) {
    super(message, details);
    if (status !== undefined) this.status = status;
  }
}

/** Nothing was asked: the whole API has been failing, and few may ask at a time until it answers again. */
export class ApiCircuitOpenError extends defineError(ApiError, "ERR_API_CIRCUIT_OPEN", "later") {
  declare readonly retryAfterMs: number;

  constructor(retryAfterMs: number) {
    super("the API is failing for every account", { retryAfterMs });
  }
}

/** The requests could not be counted, so none was made: the limiter's Redis did not answer. */
export class ApiLimiterUnavailableError extends defineError(
  ApiError,
  "ERR_API_LIMITER_UNAVAILABLE",
  "retry",
) {}

/** HTML or anything else that is not JSON, although the status says success. */
export class ApiNotJsonError extends defineError(ApiError, "ERR_API_NOT_JSON", "retry") {}

/** JSON of another shape than documented. */
export class ApiShapeError extends defineError(ApiError, "ERR_API_SHAPE", "retry") {}

/**
 * An AEMP answer without any fleet in it. Its page may be asked for once in a quarter of an hour, and would
 * say the same.
 */
export class FleetUnreadableError extends defineError(ApiError, "ERR_API_FLEET_UNREADABLE", "never") {}

/** The answer is longer than we take, even for a page of one item. */
export class ApiAnswerTooLongError extends defineError(ApiError, "ERR_API_ANSWER_TOO_LONG", "never") {}

/**
 * Any other status between 300 and 499: the request itself is wrong, or the cursor it named is no longer
 * known.
 */
export class ApiRejectedError extends defineError(ApiError, "ERR_API_REJECTED", "never") {
  override readonly startOver = true;
  readonly status: number;
  /** The fields that the answer's `violations` name. */
  readonly fields: readonly string[];

  /** `request`: its method and its path. */
  constructor(request: string, status: number, fields: readonly string[] = []) {
    const objections = fields.length > 0 ? `; it objects to ${fields.join(", ")}` : "";
    super(`the API answered ${request} with ${status}${objections}`);
    this.status = status;
    this.fields = fields;
  }
}

/** A redirect, which is not followed: the token was meant for the configured address. */
export class ApiRedirectError extends defineError(ApiError, "ERR_API_REDIRECT", "never") {}

/** A content encoding that was not asked for, or a body that is not what it says. */
export class ApiEncodingError extends defineError(ApiError, "ERR_API_ENCODING", "retry") {}

/** Nothing was asked: the path does not begin with `/`, and could lead the token to another host. */
export class ApiPathError extends defineError(ApiError, "ERR_API_PATH", "never") {}

/**
 * GraphQL `errors` without usable data. `apiCodes` are their `extensions.code`s; one of them may refuse the
 * cursor.
 */
export class GraphqlError extends defineError(ApiError, "ERR_API_GRAPHQL", "retry") {
  override readonly startOver: boolean;
  readonly apiCodes: string[];

  constructor(apiCodes: string[]) {
    super(`the API answered with GraphQL errors (${apiCodes.join(", ") || "without a code"})`);
    this.apiCodes = apiCodes;
    this.startOver = apiCodes.some((code) => /INVALID|VALIDATION|BAD_/.test(code));
  }
}

/** `QUERY_COMPLEXITY_REACHED` although a page holds one item only. */
export class QueryTooComplexError extends defineError(ApiError, "ERR_API_COMPLEXITY", "never") {}

/** The cursor of the next page is one that was read already: the pages would never end. */
export class CursorRepeatsError extends defineError(ApiError, "ERR_API_CURSOR_REPEATS", "retry") {
  override readonly startOver = true;
}

/** Pages keep coming, far beyond the last possible one. */
export class PagesEndlessError extends defineError(ApiError, "ERR_API_PAGES_ENDLESS", "retry") {
  override readonly startOver = true;
}

/** The cursor to read on from is none that these pages give. */
export class CursorUnreadableError extends defineError(ApiError, "ERR_API_CURSOR_UNREADABLE", "retry") {
  override readonly startOver = true;
}
