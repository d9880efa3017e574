// Carries out actions on many accounts in this process, after the answer to the one who asked, and writes
// down how far they got.

import { type BulkActions, type BulkPlan, WrongStateError } from "@fleetkeeper/operator";
import { createShares } from "@fleetkeeper/runtime";
import type { Log } from "@fleetkeeper/telemetry";
import type { BulkProgress, BulkProgresses } from "./progress.ts";
import type { BulkRequest } from "./request.ts";

/** At the same time in one process. */
const maxAtOnce = 3;

export type BulkRunner = ReturnType<typeof createBulkRunner>;

export function createBulkRunner(options: {
  bulkActions: BulkActions;
  progresses: BulkProgresses;
  log: Log;
  now: () => Date;
}) {
  const { bulkActions, progresses, log, now } = options;
  const closing = new AbortController();
  const shares = createShares({ total: maxAtOnce, perOwner: maxAtOnce });
  const running = new Set<Promise<void>>();

  return {
    /**
     * Begins. @returns the id of its progress.
     * @throws WrongStateError while too many are carried out
     */
    async start(who: string, request: BulkRequest, plan: BulkPlan): Promise<string> {
      const giveBack = closing.signal.aborted ? undefined : shares.take(who);
      if (giveBack === undefined)
        throw new WrongStateError(
          `${maxAtOnce} actions on many accounts already run; wait until one has ended`,
        );
      const at = now().toISOString();
      const outcome = { done: 0, refused: 0, failed: 0, left: plan.ids.length, codes: {} };
      const progress = { who, request, accounts: plan.ids.length, outcome, startedAt: at, at };
      try {
        const id = await progresses.add(progress);
        const run = carryOut(id, progress, plan).finally(() => {
          running.delete(run);
          giveBack();
        });
        running.add(run);
        return id;
      } catch (error) {
        giveBack();
        throw error;
      }
    },

    /** Ends them with what has been begun. */
    async close(): Promise<void> {
      closing.abort();
      await Promise.all(running);
    },
  };

  async function carryOut(id: string, begun: BulkProgress, plan: BulkPlan): Promise<void> {
    const cancelling = new AbortController();
    const signal = AbortSignal.any([closing.signal, cancelling.signal]);
    const write = async (more: Partial<BulkProgress>): Promise<void> => {
      const at = now().toISOString();
      // That it cannot be shown does not end what is asked for.
      const isCancelled = await progresses.write(id, { ...begun, at, ...more }).catch((error: unknown) => {
        log.warn({ error, bulk: id }, "the progress of an action on many accounts could not be written");
        return false;
      });
      if (isCancelled) cancelling.abort();
    };
    let outcome = begun.outcome;
    let code: string | undefined;
    try {
      outcome = await bulkActions.carryOut(begun.who, plan, {
        signal,
        onProgress: (_, soFar) => {
          outcome = { ...soFar };
          return write({ outcome });
        },
      });
    } catch (error) {
      log.error({ error, bulk: id }, "an action on many accounts broke off");
      code = (error as { code?: string }).code ?? "ERR_INTERNAL";
    }
    const endedBy = cancelling.signal.aborted ? "cancel" : closing.signal.aborted ? "stop" : undefined;
    await write({ outcome, endedAt: now().toISOString(), endedBy, ...(code === undefined ? {} : { code }) });
  }
}
