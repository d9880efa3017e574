// The last write of a run to its sync, made on the condition that what others may change there meanwhile is
// as the run knows it.

import type { AccountEvent } from "@fleetkeeper/model";
import type { Collection, Filter } from "mongodb";
import type { SyncDocument } from "../documents.ts";
import { LeaseLostError, WriteContendedError } from "../errors.ts";
import { putOut } from "../events/interest.ts";

/** Others who change the sync more often than this while a run ends do so on purpose. */
const looks = 20;

/** What operators and installs write into a sync, whichever run has it. */
type OfOthers = Pick<SyncDocument, "runAgain" | "generation" | "intervalMs" | "heldBack">;

const projection = { runAgain: 1, generation: 1, intervalMs: 1, heldBack: 1 } as const;

/**
 * `again`: what is written too, by what was asked for meanwhile; another run as well where this one began
 * with another interval or an older install than are known by now.
 * @throws LeaseLostError, WriteContendedError
 */
export async function endRun(
  syncs: Collection<SyncDocument>,
  sync: SyncDocument,
  {
    $set,
    again,
    added,
    event,
  }: {
    $set: Partial<SyncDocument>;
    again: (runAgain: SyncDocument["runAgain"]) => Partial<SyncDocument>;
    added: number;
    /** Told with it. */
    event: AccountEvent | undefined;
  },
): Promise<void> {
  const own = { _id: sync._id, fencingToken: sync.fencingToken };
  let known: OfOthers | null = sync;
  for (let look = 0; look < looks && known !== null; look++) {
    const { runAgain, generation, intervalMs, heldBack } = known;
    const confirmedAfter = heldBack?.confirmedAfter ?? null;
    const asKnown = { runAgain, generation, intervalMs, "heldBack.confirmedAfter": confirmedAfter };
    const isOutdated = generation !== sync.generation || intervalMs !== sync.intervalMs;
    const update = {
      $set: {
        ...$set,
        ...($set.heldBack && { heldBack: { ...$set.heldBack, confirmedAfter } }),
        ...again(isOutdated || runAgain),
        ...(event && { outboxAt: event.at }),
      },
      $inc: { fencingToken: 1, untidied: added },
      ...putOut(event),
    };
    const filter = { ...own, ...orNull(asKnown) } as Filter<SyncDocument>;
    if ((await syncs.updateOne(filter, update)).matchedCount === 1) return;
    known = await syncs.findOne(own, { projection });
  }
  throw known === null ? new LeaseLostError() : new WriteContendedError();
}

/** Null matches a field that is not there, in a sync that an earlier version wrote. */
function orNull(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, value ?? null]));
}
