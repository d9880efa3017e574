// Why the API refuses a request: every code with its status and title. Problem details, RFC 9457.

import { type ErrorDetails, FleetkeeperError, type Remedy } from "@fleetkeeper/model";
import { z } from "zod";

interface Rule {
  status: number;
  title: string;
}

const rules = {
  // No key, an unknown one, a revoked one: the answer does not say which.
  ERR_KEY_REFUSED: { status: 401, title: "The header Authorization has no valid API key" },
  ERR_TOO_MANY_GUESSES: { status: 429, title: "Too many keys from this address were refused" },
  ERR_RIGHT_MISSING: { status: 403, title: "The API key lacks the right that this needs" },
  ERR_RATE_LIMITED: { status: 429, title: "The API key has used all its requests for now" },
  ERR_REQUEST_INVALID: { status: 400, title: "The request is not valid for this operation" },
  ERR_BODY_TOO_LARGE: { status: 413, title: "The body is too large" },
  ERR_MEDIA_TYPE: { status: 415, title: "This operation does not accept the body's type" },
  ERR_NOT_FOUND: { status: 404, title: "Not found, or not visible to this API key" },
  ERR_METHOD_NOT_ALLOWED: { status: 405, title: "The path does not accept this method" },
  ERR_APP_AMBIGUOUS: { status: 409, title: "The account installed several apps: name one by ?app=" },
  ERR_ACCOUNT_PAUSED: { status: 409, title: "An operator has paused the account" },
  ERR_ACCOUNT_REVOKED: { status: 409, title: "Trackunit refuses the account's credential" },
  ERR_TOKEN_TOO_SHORT: {
    status: 409,
    title: "Trackunit's tokens are not valid as long as minValidity demands",
  },
  ERR_TOKEN_UNAVAILABLE: {
    status: 503,
    title: "The last request for a token failed; the next one is made later",
  },
  ERR_TOKEN_PENDING: { status: 503, title: "No worker has fetched a token in time" },
  ERR_WRONG_STATE: { status: 409, title: "This makes no sense in the present state" },
  ERR_TRACKUNIT_LIMIT: { status: 429, title: "The account's limit at Trackunit is reached" },
  ERR_TRACKUNIT_DOWN: { status: 503, title: "Trackunit's API is failing for every account" },
  ERR_TRACKUNIT_NO_ANSWER: { status: 502, title: "Trackunit's API did not answer" },
  ERR_TRACKUNIT_REDIRECT: { status: 502, title: "Trackunit's API answered with a redirect" },
  ERR_PROXY_BUSY: { status: 503, title: "This process already forwards as many requests as it can" },
  ERR_EXPORTS_BUSY: { status: 429, title: "This process already runs as many exports as it can" },
  ERR_STORE_UNAVAILABLE: { status: 503, title: "MongoDB does not answer" },
  ERR_QUEUE_UNAVAILABLE: { status: 503, title: "Redis does not answer" },
  ERR_INTERNAL: { status: 500, title: "An unexpected error; the log says which" },
} satisfies Record<string, Rule>;

export type ProblemCode = keyof typeof rules;
export const problemCodes = Object.keys(rules) as ProblemCode[];

/** Not of the request, but of ours: it may pass, and the same request may be sent again. */
const passing = new Set<ProblemCode>(["ERR_STORE_UNAVAILABLE", "ERR_QUEUE_UNAVAILABLE"]);

export interface Violation {
  /** Where in the request, for instance `query/limit`. */
  field: string;
  message: string;
}

/** Thrown to refuse a request. `detail` is shown: no secret. */
export class Problem extends FleetkeeperError {
  readonly code: ProblemCode;
  readonly status: number;
  readonly title: string;
  readonly remedy: Remedy;
  readonly violations: readonly Violation[] | undefined;

  constructor(
    code: ProblemCode,
    options: ErrorDetails & { detail?: string; violations?: readonly Violation[] } = {},
  ) {
    const { status, title } = rules[code];
    const { cause, retryAfterMs = passing.has(code) ? 1_000 : undefined } = options;
    super(options.detail ?? title, { cause, retryAfterMs });
    this.code = code;
    this.status = status;
    this.title = title;
    this.violations = options.violations;
    this.remedy = this.retryAfterMs !== undefined ? "later" : "never";
  }
}

/** The body of every refusal, `application/problem+json`. */
export const problemSchema = z
  .object({
    type: z.string().meta({ description: "`urn:fleetkeeper:problem:` and the code." }),
    title: z.string().meta({ description: "The same for each problem of this code." }),
    status: z.number().int(),
    code: z.string().meta({ description: "Stable. More may be added within a version of the API." }),
    detail: z.string().meta({ description: "About this request, for people." }),
    instance: z.string().meta({ description: "The id of the request, as in the log: `urn:uuid:…`." }),
    violations: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: "Problem", description: "Problem details, RFC 9457." });

export function bodyOf(problem: Problem, requestId: string): z.output<typeof problemSchema> {
  const { code, status, title, message, violations } = problem;
  return {
    type: `urn:fleetkeeper:problem:${code}`,
    title,
    status,
    code,
    detail: message,
    instance: `urn:uuid:${requestId}`,
    ...(violations === undefined ? {} : { violations: [...violations] }),
  };
}
