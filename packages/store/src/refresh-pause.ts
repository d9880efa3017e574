// How long a sync rests between two runs that webhooks ask for.

import type { RunOutcome } from "@fleetkeeper/model";

/** A short run may follow another this soon. */
const leastMs = 3_000;
/**
 * A long one not sooner than this many times its own length: webhooks alone keep a sync busy a fifth of the
 * time at most.
 */
const restPerWork = 4;
const maxMs = 15 * 60_000;

/** From the end of the run, in milliseconds: none after a run that no webhook asked for. */
export function pauseAfter({
  startedAt,
  at,
  setOffBy,
}: Pick<RunOutcome, "startedAt" | "at" | "setOffBy">): number {
  if (setOffBy === undefined) return 0;
  const tookMs = Math.max(0, at.getTime() - startedAt.getTime());
  return Math.min(Math.max(leastMs, restPerWork * tookMs), maxMs);
}
