// The one place that decides what happens after an error: the same again after a growing wait, again at a
// known time, or never.

import type { Verdict } from "@fleetkeeper/jobs";
import { FleetkeeperError } from "@fleetkeeper/model";

/** First and longest wait of a growing one. */
interface Growth {
  firstMs: number;
  maxMs: number;
}

/** Our own stores: short, they come back soon and the job is cheap. */
const ofJobs: Growth = { firstMs: 1_000, maxMs: 60_000 };
/** Trackunit's API: what third-party clients are seen to do, and longer after an hour of failures. */
const ofApi: Growth = { firstMs: 30_000, maxMs: 3_600_000 };
/** A customer waits for the first token of an install; an outage has its own pace. */
const ofProofs: Growth = { firstMs: 2_000, maxMs: 3_600_000 };
/** A limit that the API does not say the end of: what third-party clients are seen to do. */
const ofLimit: Growth = { firstMs: 30_000, maxMs: 300_000 };
/** A refused credential is tried again rarely: only a restored account would answer otherwise. */
const ofRefusal: Growth = { firstMs: 3_600_000, maxMs: 86_400_000 };

/** Deliveries to the publisher's own code. The last wait is what is left of three days. */
export const deliveriesForMs = 72 * 3_600_000;
const deliveryWaitsMs = [
  5_000,
  300_000,
  1_800_000,
  ...[2, 5, 10, 14, 20, 24].map((hours) => hours * 3_600_000),
];
const leastLeftMs = 60_000;

/** For a job whose handler threw. */
export function decideJob(error: unknown, attempt: number): Verdict {
  const { remedy, retryAfterMs } = known(error);
  if (remedy === "never") return { action: "never" };
  if (remedy === "later")
    return { action: "later", at: new Date(Date.now() + (retryAfterMs ?? grown(ofJobs, attempt))) };
  return { action: "retry", delayMs: grown(ofJobs, attempt) };
}

/**
 * For a sync or a token request that failed. `failures` counts those in a row, this one included.
 * @returns the wait, or `never` when only a new schedule slot or an action from outside makes sense.
 * `counts`: whether it is one more failure in a row; what passes automatically at a known time is none.
 */
export function decideCall(
  error: unknown,
  failures: number,
): { action: "retry" | "later"; delayMs: number; counts: boolean } | { action: "never"; counts: true } {
  const { remedy, retryAfterMs } = known(error);
  if (remedy === "never") return { action: "never", counts: true };
  if (remedy === "later" && retryAfterMs !== undefined)
    return { action: "later", delayMs: retryAfterMs, counts: false };
  const delayMs = grown(remedy === "later" ? ofLimit : ofApi, failures);
  // An outage whose end the server named: not before it, and not all at once then.
  if (retryAfterMs !== undefined)
    return { action: "retry", delayMs: spreadAfter(retryAfterMs), counts: true };
  return { action: remedy, delayMs, counts: true };
}

/**
 * When a new credential is tried again that neither was granted a token nor refused one: it is never given
 * up, also for what no repetition is said to help, as a key that the worker lacks. `tries`: this one
 * included.
 */
export function proofDelayMs(error: unknown, tries: number): number {
  const { retryAfterMs } = known(error);
  return retryAfterMs === undefined ? grown(ofProofs, tries) : spreadAfter(retryAfterMs);
}

/** When a refused credential is tried again. */
export function refusalDelayMs(failures: number): number {
  return grown(ofRefusal, failures);
}

/**
 * When a delivery to a receiver is tried again, as Standard Webhooks advises ("Deliverability and
 * reliability"), up to three days after its first failure. `attempts`: those that failed, this one included.
 * `askedMs`: what the receiver asked for.
 * @returns undefined when it is to be given up.
 */
export function decideDelivery(
  { attempts, failingSince }: { attempts: number; failingSince: Date },
  now: Date,
  askedMs = 0,
): Date | undefined {
  const endsMs = failingSince.getTime() + deliveriesForMs;
  const waitMs = Math.max(deliveryWaitsMs[attempts - 1] ?? deliveriesForMs, askedMs);
  if (attempts > deliveryWaitsMs.length || now.getTime() + leastLeftMs >= endsMs) return undefined;
  // Up to a tenth later by chance, so that what failed together does not return together.
  return new Date(Math.min(now.getTime() + waitMs * (1 + 0.1 * Math.random()), endsMs));
}

/** An error that is none of ours (a lost connection to MongoDB, a fault of ours) may pass. */
function known(error: unknown): Pick<FleetkeeperError, "remedy" | "retryAfterMs"> {
  return error instanceof FleetkeeperError ? error : { remedy: "retry" };
}

/**
 * Up to a fifth longer by chance, at least a second: what waited for the same moment does not return in it.
 */
function spreadAfter(ms: number): number {
  return Math.round(ms + Math.max(0.2 * ms, 1_000) * Math.random());
}

/**
 * Doubles with each attempt; up to a fifth less by chance, so that what failed together does not return
 * together.
 */
function grown({ firstMs, maxMs }: Growth, attempt: number): number {
  const ms = Math.min(firstMs * 2 ** Math.min(Math.max(attempt, 1) - 1, 20), maxMs);
  return Math.round(ms * (1 - 0.2 * Math.random()));
}
