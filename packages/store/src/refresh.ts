// What a webhook does to a sync: it is due soon, once, however many ask. The schedule, limits and failures
// stay in force.

import type { RefreshAnswer, SyncId } from "@fleetkeeper/model";
import type { Collection } from "mongodb";
import type { Refresh, SyncDocument } from "./documents.ts";
import { WriteContendedError } from "./errors.ts";
import { pauseAfter } from "./refresh-pause.ts";

/** Events that come together are read by one run. */
const gatherMs = 500;
/** A sync changes its state more often than this only by chance. */
const looks = 10;

/** A part of `syncs`. */
export function createRefresh(syncs: Collection<SyncDocument>) {
  /**
   * Makes a sync that waits for its next time due, half a second from now or when it has rested from its last
   * run, unless it is due before that. A run in progress is followed by another one. What waits for a limit,
   * a failure, an operator or a credential keeps waiting. May be repeated: one that waits already is not
   * asked twice.
   * @throws WriteContendedError
   */
  return async (_id: SyncId, delivery: string, now: Date): Promise<RefreshAnswer> => {
    const refresh: Refresh = { delivery, at: now };
    for (let look = 0; look < looks; look++) {
      const sync = await syncs.findOne({ _id }, { projection });
      if (sync === null) return "absent";
      const { fencingToken, nextRunAt } = sync;
      const step = stepOf(sync, now);
      if (step.set === undefined) {
        if (sync.refresh != null || step.answer === "stopped") return step.answer;
        // That the page can say what the run is for; the first one wins.
        const { matchedCount } = await syncs.updateOne(
          { _id, fencingToken, nextRunAt },
          { $set: { refresh } },
        );
        if (matchedCount === 1) return step.answer;
        continue;
      }
      const { matchedCount } = await syncs.updateOne(
        { _id, fencingToken, nextRunAt, runAgain: sync.runAgain },
        { $set: { ...step.set, refresh } },
      );
      if (matchedCount === 1) return step.answer;
    }
    throw new WriteContendedError();
  };
}

const projection = {
  waiting: 1,
  checkpoint: 1,
  fencingToken: 1,
  nextRunAt: 1,
  runAgain: 1,
  lastRun: 1,
  refresh: 1,
} as const;

/** `set`: absent where nothing is to be done for it. */
interface Step {
  answer: RefreshAnswer;
  set?: Partial<SyncDocument>;
}

/** A run that is to begin reads everything; one that continues at a checkpoint may be past what changed. */
function stepOf({ waiting, checkpoint, nextRunAt, runAgain, lastRun }: SyncDocument, now: Date): Step {
  const goesOn = checkpoint !== null;
  const again: Step =
    runAgain === false ? { set: { runAgain: "webhook" }, answer: "again" } : { answer: "again" };
  switch (waiting.for) {
    case "operator":
    case "credential":
      return { answer: "stopped" };
    case "running":
    case "next-slice":
      return again;
    case "worker":
      return goesOn ? again : { answer: "waiting" };
    case "rate-limit":
    case "backoff":
    case "scope":
      return goesOn ? again : { answer: "later" };
    case "schedule": {
      if (goesOn) return again;
      const rested = lastRun === null ? 0 : lastRun.at.getTime() + pauseAfter(lastRun);
      const at = new Date(Math.max(now.getTime() + gatherMs, rested));
      if (nextRunAt !== null && nextRunAt <= at) return { answer: "waiting" };
      return { set: { nextRunAt: at, waiting: { for: "schedule", until: at } }, answer: "soon" };
    }
  }
}
