// How one sync stands: why it waits, until when, and when it runs next.

import { type Description, describeWaiting } from "@fleetkeeper/operator";
import type { SyncDocument } from "@fleetkeeper/store";

export interface SyncStanding extends Description {
  /** Null where only an action starts it, or it is at work. */
  nextRunAt: Date | null;
}

const waitsForItsTime = ["schedule", "backoff", "rate-limit", "scope"];

/** As `describeWaiting` says, but for what has become due or is to run once more. */
export function syncStanding(sync: SyncDocument, now: Date): SyncStanding {
  const { waiting, nextRunAt, failures, runAgain } = sync;
  const described = describeWaiting(waiting);
  if (!waitsForItsTime.includes(waiting.for)) {
    const text = runAgain ? `${described.text}; runs once more afterwards` : described.text;
    return { ...described, text, nextRunAt: null };
  }
  if (nextRunAt === null || nextRunAt > now) return { ...described, until: nextRunAt, nextRunAt };
  return failures > 0
    ? { ...described, text: `${described.text}; it is due again`, until: null, nextRunAt }
    : { label: "due", text: "is due and is dispatched next", until: null, mood: "busy", nextRunAt };
}
