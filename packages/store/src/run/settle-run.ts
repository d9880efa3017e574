// The end of a run: what is left with its sync, whether it runs again at once, and who is told.

import type { Checkpoint } from "@fleetkeeper/model";
import type { Collection } from "mongodb";
import type { SyncDocument } from "../documents.ts";
import { LeaseLostError } from "../errors.ts";
import { endRun } from "./end-run.ts";
import type { KeptRun } from "./kept-run.ts";
import { newsOfRun, type Telling } from "./news-of-run.ts";
import { afterRun, hasNews, setOffBy } from "./pass.ts";
import { afterwards } from "./run-again.ts";
import type { Settlement } from "./settlement.ts";

/**
 * `left`: what the run itself leaves with the sync. `resource`: of the records; undefined where it never
 * began.
 * @throws LeaseLostError
 */
export async function settleRun(
  { syncs, telling, kept }: { syncs: Collection<SyncDocument>; telling: Telling; kept: KeptRun },
  sync: SyncDocument,
  settlement: Settlement,
  how: { left: Partial<SyncDocument>; checkpoint: Checkpoint | null; resource: string | undefined },
): Promise<void> {
  const { left, checkpoint, resource } = how;
  const { keepsCheckpoint, ended: end, ...schedule } = settlement;
  const ended = end && { ...end, ...setOffBy(sync, checkpoint) };
  const news = ended !== undefined && hasNews(ended);
  if (news) await kept.keep(ended);
  const $set: Partial<SyncDocument> = {
    ...schedule,
    ...left,
    checkpoint: keepsCheckpoint ? kept.carriedBy(checkpoint) : null,
    ...(ended && afterRun(sync, ended)),
  };
  const again = (runAgain: SyncDocument["runAgain"]) =>
    ended === undefined ? {} : afterwards(runAgain, settlement, ended);
  const event = await newsOfRun(telling, sync, settlement, resource);
  try {
    await endRun(syncs, sync, { $set, again, added: news ? 1 : 0, event });
  } catch (error) {
    if (news && error instanceof LeaseLostError) await kept.takeBack();
    throw error;
  }
}
