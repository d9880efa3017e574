// Hands what is due over to the workers: claims it in MongoDB, so that no other worker does, and adds its
// jobs.

import type { Payloads, QueueSet, SyncToStart } from "@fleetkeeper/jobs";
import { installationOfSync, noGeneration } from "@fleetkeeper/model";
import type { Store } from "@fleetkeeper/store";
import type { InstallTraces } from "./install-traces.ts";

export interface HandOverOptions {
  store: Store;
  queues: QueueSet;
  installTraces: InstallTraces;
  now: () => Date;
}

export type HandOver = ReturnType<typeof createHandOver>;

type DuePrewarms = Awaited<ReturnType<Store["installations"]["duePrewarms"]>>;
type DueProofs = Awaited<ReturnType<Store["credentials"]["due"]>>;
type DueSyncs = Awaited<ReturnType<Store["syncs"]["due"]>>;

/**
 * A candidate about which nothing has become known after this is tried again, and so is the first token of an
 * install, with which its syncs are planned: an install waits for it, and two tries do no harm.
 */
const installAgainMs = 30_000;
/** A dispatched job that has not started after this is dispatched again. */
const redispatchMs = 10 * 60_000;

/**
 * Each returns how much of it was not claimed by others first. What is lost on the way is due again
 * automatically.
 */
export function createHandOver({ store, queues, installTraces, now }: HandOverOptions) {
  return {
    async proofs(due: DueProofs): Promise<number> {
      const again = inMs(installAgainMs);
      return addPrewarms(due, async (one) => {
        const claimed = await store.credentials.claim(one, again);
        return claimed ? { installationId: one._id, generation: noGeneration, prove: true } : undefined;
      });
    },

    async prewarms(due: DuePrewarms): Promise<number> {
      return addPrewarms(due, async (one) => {
        const again = inMs(one.isFirst ? installAgainMs : redispatchMs);
        const claimed = await store.installations.claimPrewarm(one, again);
        const { _id: installationId, generation } = one;
        return claimed ? { installationId, generation, keepWarm: !one.isFirst } : undefined;
      });
    },

    /** `jobSize`: of this number of syncs, how many share a job. */
    async syncs(due: DueSyncs, jobSize: (count: number) => number): Promise<number> {
      const dispatched = await store.syncs.dispatch(due, now(), inMs(redispatchMs));
      if (dispatched.length === 0) return 0;
      const traces = await installTraces.of(dispatched.map(({ syncId }) => installationOfSync(syncId)));
      const syncs = dispatched.map((sync, index): SyncToStart => {
        const traceparent = traces[index];
        return { ...sync, ...(traceparent && { traceparent }) };
      });
      await queues.addSyncs(inParts(syncs, jobSize(syncs.length)));
      return syncs.length;
    },
  };

  async function addPrewarms<Due>(
    due: readonly Due[],
    take: (one: Due) => Promise<Payloads["prewarm"] | undefined>,
  ): Promise<number> {
    const jobs = await inBatches(due, take);
    const traces = await installTraces.of(jobs.map(({ installationId }) => installationId));
    if (jobs.length > 0) await queues.addPrewarms(jobs, traces);
    return jobs.length;
  }

  function inMs(ms: number): Date {
    return new Date(now().getTime() + ms);
  }
}

function inParts<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, part) =>
    items.slice(part * size, (part + 1) * size),
  );
}

/** The jobs of the items that were taken, in the order of the items. */
async function inBatches<Item, Taken>(
  items: readonly Item[],
  take: (item: Item) => Promise<Taken | undefined>,
): Promise<Taken[]> {
  const taken: Taken[] = [];
  for (let start = 0; start < items.length; start += 20) {
    const results = await Promise.all(items.slice(start, start + 20).map(take));
    taken.push(...results.filter((one) => one !== undefined));
  }
  return taken;
}
