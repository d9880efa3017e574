// The circuit breaker: when the whole API fails, sends nothing until one probe is answered, and then
// allows more requests step by step.

import {
  ApiAnswerTooLongError,
  ApiCircuitOpenError,
  ApiEncodingError,
  ApiForbiddenError,
  ApiNotJsonError,
  ApiRedirectError,
  ApiRejectedError,
  ApiUnauthorizedError,
  ApiUnavailableError,
} from "./errors.ts";

/** `returning`: a probe was answered, and more requests go from second to second. */
export type CircuitState = "closed" | "open" | "returning";

/** Times in milliseconds. */
export interface CircuitBreakerOptions {
  /** This many outages in a row open it. Default 10. */
  outages?: number;
  /** When they come from this many installations: one account's trouble is not the API's. Default 3. */
  installations?: number;
  /** How long it stays open at first; twice as long after each probe that fails. Default 30 000. */
  openMs?: number;
  /** Default 300 000. */
  maxOpenMs?: number;
  /** What was refused returns within this time after it closes, at random. Default 60 000. */
  spreadMs?: number;
  now?: () => Date;
  /** From 0 to 1. */
  random?: () => number;
  /** For a log or a metric. */
  onChange?: (state: CircuitState) => void;
}

/** One for a process. */
export interface CircuitBreaker {
  /**
   * Runs `call`, a request for `installationId`, unless the circuit is open.
   * @throws ApiCircuitOpenError instead of calling, with a wait that differs from caller to caller.
   */
  run<Result>(installationId: string, call: () => Promise<Result>): Promise<Result>;
}

/** This many at a time, and the return is over. */
const allowedByAll = 64;

/**
 * An outage is ApiUnavailableError or ApiNotJsonError; any other answer of the API, an error or not, ends the
 * row. After `openMs` one request may go as a probe. When it is answered, two may go at a time, then four,
 * and so on: each answer doubles it. One outage meanwhile opens the circuit again.
 */
export function createCircuitBreaker(options: CircuitBreakerOptions = {}): CircuitBreaker {
  const { outages = 10, installations = 3, openMs = 30_000, maxOpenMs = 300_000 } = options;
  const { spreadMs = 60_000, now = () => new Date(), random = Math.random, onChange } = options;
  let state: CircuitState = "closed";
  let row = { outages: 0, installations: new Set<string>() };
  let open = { untilMs: 0, forMs: openMs };
  let returning = { allowed: 1, inFlight: 0 };
  /** Tells answers to requests of an earlier state apart, which say nothing about this one. */
  let era = 0;

  return {
    async run(installationId, call) {
      const admitted = admit();
      try {
        const result = await call();
        settle(admitted, "answer", installationId);
        return result;
      } catch (error) {
        settle(admitted, meaningOf(error), installationId);
        throw error;
      }
    },
  };

  function admit(): number {
    const nowMs = now().getTime();
    if (state === "open" && nowMs < open.untilMs) refuse(open.untilMs - nowMs);
    if (state === "open") become("returning");
    if (state === "returning" && returning.inFlight >= returning.allowed) refuse(1_000);
    if (state === "returning") returning.inFlight++;
    return era;
  }

  function refuse(waitMs: number): never {
    throw new ApiCircuitOpenError(Math.round(waitMs + random() * spreadMs));
  }

  function settle(admitted: number, meaning: Meaning, installationId: string): void {
    if (admitted !== era) return;
    if (state === "returning") {
      returning.inFlight--;
      if (meaning === "answer") returning.allowed *= 2;
      if (meaning === "outage") become("open", Math.min(open.forMs * 2, maxOpenMs));
      else if (returning.allowed >= allowedByAll) become("closed");
    } else if (meaning === "answer") {
      row = { outages: 0, installations: new Set() };
    } else if (meaning === "outage") {
      row.outages++;
      if (row.installations.size < installations) row.installations.add(installationId);
      if (row.outages >= outages && row.installations.size >= installations) become("open", openMs);
    }
  }

  function become(next: CircuitState, forMs = openMs): void {
    state = next;
    era++;
    row = { outages: 0, installations: new Set() };
    returning = { allowed: 1, inFlight: 0 };
    if (next === "open") open = { untilMs: now().getTime() + forMs, forMs };
    onChange?.(next);
  }
}

type Meaning = "answer" | "outage" | "nothing";

const outageErrors = [ApiUnavailableError, ApiNotJsonError];
const answerErrors = [
  ApiUnauthorizedError,
  ApiForbiddenError,
  ApiRejectedError,
  ApiAnswerTooLongError,
  ApiEncodingError,
  ApiRedirectError,
];

/**
 * What may have been thrown before anything was asked (a limit, no token, the caller's own end) says nothing
 * about the API.
 */
function meaningOf(error: unknown): Meaning {
  if (outageErrors.some((kind) => error instanceof kind)) return "outage";
  return answerErrors.some((kind) => error instanceof kind) ? "answer" : "nothing";
}
