// Which run of a sync read what a webhook reported, as far as runs are kept.

import type { RefreshAnswer, RefreshedSync } from "@fleetkeeper/model";
import type { RunDocument, SyncDocument } from "@fleetkeeper/store";
import { duration } from "./times.ts";
import { counted } from "./words.ts";

/** Reads which syncs webhooks have started. */
export interface WebhookReader {
  /** The run that read it, as far as one is kept; it may have failed. */
  run: RunDocument | undefined;
  /** One sentence without a full stop. */
  text: string;
}

/** With this many runs of a sync kept, earlier ones may be gone. */
const runsThatAreCut = 40;

/** What a sync that was asked to run answered, in words. */
export const answersInWords: Record<RefreshAnswer, string> = {
  soon: "was made due",
  waiting: "a run that already waited reads it",
  again: "was running, and runs again",
  later: "waits for a limit or after a failure, and reads it then",
  stopped: "does not run: stopped by an operator or a refused credential",
  absent: "the account has no such sync",
};

/** `runs`: of the sync, the newest first. `sync`: null where there is none any more. */
export function webhookReaderOf(
  { answer, at }: RefreshedSync,
  deliveryId: string,
  { runs, sync }: { runs: readonly RunDocument[]; sync: Pick<SyncDocument, "quiet" | "lastRun"> | null },
): WebhookReader {
  const without = (text: string): WebhookReader => ({ run: undefined, text });
  if (answer === "absent" || answer === "stopped") return without(answersInWords[answer]);
  const run = runs.filter(({ startedAt }) => startedAt >= at).at(-1);
  if (run === undefined) {
    const isRead = sync?.quiet != null && sync.lastRun !== null && sync.lastRun.startedAt >= at;
    return without(isRead ? nothingNew : "no run has read it yet");
  }
  if (run.setOffBy === deliveryId) return { run, text: runInWords(run) };
  if (run === runs.at(-1) && runs.length >= runsThatAreCut) return without("its run is no longer kept");
  const { quietBefore } = run;
  if (quietBefore === undefined) return { run, text: runInWords(run) };
  if (quietBefore.since >= at) return without(nothingNew);
  return { run, text: `${runInWords(run)}; or a run just before it, which found nothing new` };
}

const nothingNew = "a run read it and found nothing new";

function runInWords({ outcome, startedAt, at, code, changes }: RunDocument): string {
  const took = duration(at.getTime() - startedAt.getTime());
  if (outcome === "failed")
    return `its run failed after ${took} (${code ?? "unknown"}); the next one reads it`;
  const { created, updated, deleted } = changes;
  return `its run took ${took} and changed ${counted(created + updated + deleted, "record")}`;
}
