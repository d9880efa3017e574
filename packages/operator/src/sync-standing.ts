// The state of one sync: why it waits, until when, and when it runs next.

import type { SyncDocument } from "@fleetkeeper/store";
import { type Description, describeWaiting } from "./describe-waiting.ts";

/** The standing in words, and when the sync runs next. */
export interface SyncStanding extends Description {
  /** Null where only an action starts it, or it is at work. */
  nextRunAt: Date | null;
}

const waitsForItsTime = ["schedule", "backoff", "rate-limit", "scope"];

/**
 * As `describeWaiting` says, but for what has become due, is to run again, or waits longer than its
 * interval.
 */
export function syncStanding(
  sync: Pick<SyncDocument, "waiting" | "nextRunAt" | "failures" | "runAgain"> &
    Partial<Pick<SyncDocument, "intervalMs" | "definedIntervalMs">>,
  now: Date,
): SyncStanding {
  const { waiting, nextRunAt, failures, runAgain } = sync;
  const described = describeWaiting(waiting);
  if (!waitsForItsTime.includes(waiting.for)) {
    const text = runAgain ? `${described.text}; runs again afterwards` : described.text;
    return { ...described, text, nextRunAt: null };
  }
  if (nextRunAt !== null && nextRunAt <= now)
    return failures > 0
      ? { ...described, text: `${described.text}; it is due again`, until: null, nextRunAt }
      : { label: "due", text: "is due and is dispatched next", until: null, mood: "busy", nextRunAt };
  const intervalMs = sync.intervalMs ?? sync.definedIntervalMs;
  const isFar = nextRunAt !== null && intervalMs && nextRunAt.getTime() - now.getTime() > intervalMs;
  const text =
    waiting.for === "schedule" && isFar
      ? `${described.text}, this time later than usual: it ran between two regular times`
      : described.text;
  return { ...described, text, until: nextRunAt, nextRunAt };
}
