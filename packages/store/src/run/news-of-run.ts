// What a run is to those who are notified of it: a success, or that the sync begins to fail.

import type { AccountEvent } from "@fleetkeeper/model";
import type { SyncDocument } from "../documents.ts";
import type { Interest } from "../events/interest.ts";
import type { Settlement } from "./settlement.ts";

/** A sync whose outbox holds this many is emptied before one is added. */
const maxWaiting = 20;

/** What a run needs to report itself. `empty`: takes what waits of an account into its log. */
export interface Telling {
  interest: Interest;
  empty: (installationId: SyncDocument["installationId"], now: Date) => Promise<unknown>;
}

/**
 * The event of a run's end, to be written with that; undefined where no receiver wants it. The failures after
 * the first are none.
 */
export async function newsOfRun(
  { interest, empty }: Telling,
  sync: SyncDocument,
  { ended, failures, waiting }: Settlement,
  resource: string | undefined,
): Promise<AccountEvent | undefined> {
  if (ended === undefined || (ended.outcome === "failed" && sync.failures > 0)) return undefined;
  const { installationId } = sync;
  const of = { sync: sync.sync, resource: resource ?? sync.resource ?? null };
  const event =
    ended.outcome === "succeeded"
      ? interest.eventOf(installationId, "sync.succeeded", ended.at, { ...of, ...countsOf(ended) })
      : failures > 0
        ? interest.eventOf(installationId, "sync.failing", ended.at, {
            ...of,
            code: ended.code ?? null,
            message: ended.message ?? null,
            nextTryAt: "until" in waiting ? waiting.until.toISOString() : null,
          })
        : undefined;
  if (event !== undefined && (sync.outbox?.length ?? 0) >= maxWaiting) await empty(installationId, ended.at);
  return event;
}

function countsOf({ startedAt, records, pages, changes }: NonNullable<Settlement["ended"]>) {
  return { startedAt: startedAt.toISOString(), records, pages, changes };
}
