// How long a sync rests between a run and one that a webhook asks for.

import type { RunOutcome } from "@fleetkeeper/model";

/** A short run may follow another this soon. */
const leastMs = 3_000;
/**
 * A long one not sooner than this many times its own length: webhooks alone keep a sync busy a fifth of the
 * time at most.
 */
const restPerWork = 4;
const maxMs = 15 * 60_000;

/** From the end of the run, in milliseconds. */
export function pauseAfter({ startedAt, at }: Pick<RunOutcome, "startedAt" | "at">): number {
  const tookMs = Math.max(0, at.getTime() - startedAt.getTime());
  return Math.min(Math.max(leastMs, restPerWork * tookMs), maxMs);
}
