// A refusal of the API: problem details (RFC 9457).

import type { components } from "./schema.ts";

/** The body of a refusal, `application/problem+json`. */
export type Problem = components["schemas"]["Problem"];

/** The API refused a request, or something on the way to it did. */
export class FleetkeeperError extends Error {
  /** Stable, such as `ERR_RIGHT_MISSING`; `ERR_NO_PROBLEM` where the answer was none of Fleetkeeper's. */
  readonly code: string;
  readonly status: number;
  /** Absent where the answer was none of Fleetkeeper's. */
  readonly problem: Problem | undefined;
  /** What `Retry-After` asks for. */
  readonly retryAfterMs: number | undefined;

  constructor(response: Response, problem: Problem | undefined) {
    super(problem?.detail ?? `the answer is ${response.status} without problem details of Fleetkeeper`);
    this.name = "FleetkeeperError";
    this.code = problem?.code ?? "ERR_NO_PROBLEM";
    this.status = response.status;
    this.problem = problem;
    const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
    this.retryAfterMs = Number.isFinite(seconds) ? seconds * 1_000 : undefined;
  }
}
