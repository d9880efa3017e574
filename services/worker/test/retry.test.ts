import { FleetkeeperError, type Remedy } from "@fleetkeeper/model";
import { expect, test } from "vitest";
import { decideCall, decideJob, proofDelayMs, refusalDelayMs } from "../src/retry.ts";

class Failure extends FleetkeeperError {
  readonly code = "ERR_X";
  readonly remedy: Remedy;

  constructor(remedy: Remedy, retryAfterMs?: number) {
    super("x", { retryAfterMs });
    this.remedy = remedy;
  }
}

const failing = (remedy: Remedy, retryAfterMs?: number) => new Failure(remedy, retryAfterMs);

/** Between four fifths of it and all of it. */
const about = (ms: number) => expect.toSatisfy((value: number) => value >= 0.8 * ms && value <= ms);

test("an outage is tried again after a wait that doubles up to an hour", () => {
  const delays = [1, 2, 3, 8, 50].map((failures) => decideCall(failing("retry"), failures));
  expect(delays).toEqual(
    [30_000, 60_000, 120_000, 3_600_000, 3_600_000].map((ms) => ({
      action: "retry",
      delayMs: about(ms),
      counts: true,
    })),
  );
});

test("waiting for a limit with a known end is not a failure; without a known end the wait doubles up to five minutes", () => {
  expect(decideCall(failing("later", 1_234), 9)).toEqual({ action: "later", delayMs: 1_234, counts: false });
  expect(decideCall(failing("later"), 1)).toEqual({ action: "later", delayMs: about(30_000), counts: true });
  expect(decideCall(failing("later"), 20)).toEqual({
    action: "later",
    delayMs: about(300_000),
    counts: true,
  });
});

test("a permanent failure is never tried again", () => {
  expect(decideCall(failing("never"), 1)).toEqual({ action: "never", counts: true });
  expect(decideJob(failing("never"), 1)).toEqual({ action: "never" });
});

test("an unknown error counts as temporary", () => {
  expect(decideJob(new TypeError("a fault of ours"), 1)).toEqual({ action: "retry", delayMs: about(1_000) });
  expect(decideJob(new Error("connection lost"), 99)).toEqual({ action: "retry", delayMs: about(60_000) });
  expect(decideJob("not even an error", 1)).toEqual({ action: "retry", delayMs: about(1_000) });
});

test("a new credential without a proof is tried again soon, and never abandoned", () => {
  expect(proofDelayMs(failing("retry"), 1)).toEqual(about(2_000));
  expect(proofDelayMs(failing("never"), 1)).toEqual(about(2_000));
  expect(proofDelayMs(failing("never"), 99)).toEqual(about(3_600_000));
  expect(proofDelayMs(failing("later", 30_000), 1)).toBeGreaterThanOrEqual(30_000);
});

test("a refused credential is tried again after an hour, then ever more rarely, but at least daily", () => {
  expect(refusalDelayMs(1)).toEqual(about(3_600_000));
  expect(refusalDelayMs(30)).toEqual(about(86_400_000));
});
