// Translates any thrown value into a problem: Fastify's errors, those of our packages, and outages.

import { QueueUnavailableError } from "@fleetkeeper/jobs";
import { NotFoundError, WrongInputError, WrongStateError } from "@fleetkeeper/operator";
import { StoreUnavailableError, UnknownInstallationError } from "@fleetkeeper/store";
import {
  ApiCircuitOpenError,
  ApiError,
  ApiLimiterUnavailableError,
  ApiPathError,
  ApiRateLimitedError,
  ApiRedirectError,
  ApiUnavailableError,
} from "@fleetkeeper/trackunit";
import type { FastifyError } from "fastify";
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";
import { Problem, type ProblemCode, type Violation } from "./problems.ts";

const ofFastify: Record<string, ProblemCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: "ERR_BODY_TOO_LARGE",
  FST_ERR_CTP_INVALID_MEDIA_TYPE: "ERR_MEDIA_TYPE",
  FST_ERR_ROUTE_MISSING: "ERR_NOT_FOUND",
};

const mongodbOutages = [
  "MongoNetworkError",
  "MongoNetworkTimeoutError",
  "MongoServerSelectionError",
  "MongoWaitQueueTimeoutError",
  "MongoNotConnectedError",
  "MongoTopologyClosedError",
];

export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  // What was waited for ended with the request.
  if (error instanceof Error && error.cause instanceof Problem) return error.cause;
  if (hasZodFastifySchemaValidationErrors(error)) return invalid(violationsOf(error), error);
  if (error instanceof NotFoundError || error instanceof UnknownInstallationError)
    return new Problem("ERR_NOT_FOUND", { detail: error.message });
  if (error instanceof WrongInputError) return new Problem("ERR_REQUEST_INVALID", { detail: error.message });
  if (error instanceof WrongStateError) return new Problem("ERR_WRONG_STATE", { detail: error.message });
  if (error instanceof StoreUnavailableError || mongodbOutages.includes((error as Error | null)?.name ?? ""))
    return new Problem("ERR_STORE_UNAVAILABLE", { cause: error });
  if (error instanceof QueueUnavailableError || isRedisOutage(error))
    return new Problem("ERR_QUEUE_UNAVAILABLE", { cause: error });
  const ofTrackunit = error instanceof ApiError ? problemOfTrackunit(error) : undefined;
  if (ofTrackunit !== undefined) return ofTrackunit;
  const { code = "", statusCode = 500 } = (error ?? {}) as Partial<FastifyError>;
  const known = ofFastify[code];
  if (known !== undefined) return new Problem(known, { cause: error });
  if (code === "FST_ERR_CTP_INVALID_JSON_BODY")
    return new Problem("ERR_REQUEST_INVALID", { cause: error, detail: "The body is not JSON." });
  if (statusCode >= 400 && statusCode < 500) return invalid([], error);
  return new Problem("ERR_INTERNAL", { cause: error });
}

function invalid(violations: readonly Violation[], cause: unknown): Problem {
  return new Problem("ERR_REQUEST_INVALID", {
    cause,
    ...(violations.length > 0 && {
      violations,
      detail: violations.map(({ field, message }) => `${field}: ${message}`).join("; "),
    }),
  });
}

/** At most ten; messages name what is wanted, never what was sent. */
function violationsOf(
  error: Pick<FastifyError, "validationContext"> & { validation: unknown[] },
): Violation[] {
  const where = error.validationContext === "querystring" ? "query" : (error.validationContext ?? "request");
  return error.validation.slice(0, 10).map((one) => {
    const { instancePath = "", message = "is not valid" } = one as {
      instancePath?: string;
      message?: string;
    };
    return { field: `${where}${instancePath.replace(/\/$/, "")}`, message };
  });
}

/** ioredis has no common class: a command that was given up, a time-out, a connection that is closed. */
function isRedisOutage(error: unknown): boolean {
  const { name = "", message = "" } = (error ?? {}) as Partial<Error>;
  return (
    name === "MaxRetriesPerRequestError" ||
    name === "ClusterAllFailedError" ||
    /^(Command timed out|Connection is closed\.|Stream isn't writeable)/.test(message)
  );
}

/** Of a request that was to be forwarded. */
function problemOfTrackunit(error: ApiError): Problem | undefined {
  if (error instanceof ApiRateLimitedError) {
    const { family, retryAfterMs = 1_000 } = error;
    return new Problem("ERR_TRACKUNIT_LIMIT", {
      detail: `The account's limit of ${family} is reached.`,
      retryAfterMs,
    });
  }
  if (error instanceof ApiCircuitOpenError)
    return new Problem("ERR_TRACKUNIT_DOWN", { retryAfterMs: error.retryAfterMs });
  if (error instanceof ApiLimiterUnavailableError)
    return new Problem("ERR_QUEUE_UNAVAILABLE", { cause: error });
  if (error instanceof ApiRedirectError)
    return new Problem("ERR_TRACKUNIT_REDIRECT", { detail: error.message });
  if (error instanceof ApiPathError) return new Problem("ERR_REQUEST_INVALID", { detail: error.message });
  if (error instanceof ApiUnavailableError) return new Problem("ERR_TRACKUNIT_NO_ANSWER", { cause: error });
  return undefined;
}
