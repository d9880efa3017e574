// One pass over a list in memory, from its dispatch to its end, through the real store.

import type { FetchedPage, Run, Store, SyncDocument } from "../../src/index.ts";
import { defaultAbsenceRules } from "../../src/index.ts";
import { pageOf, settlementOf } from "../runs.ts";

/** The list and its items' versions, by id. */
export type Source = Map<string, number>;

/**
 * What is wrong with what the source answers in a pass: it is empty; it ends after the first page; it leaves
 * out the first item of each page, and tells that something moved.
 */
export type Glitch = "empty" | "ends early" | "moved";

export interface PassOptions {
  sync: SyncDocument;
  source: Source;
  pageSize: number;
  glitch: Glitch | undefined;
  now: () => Date;
  /** Called after each page. */
  betweenPages: () => void;
  /** Called when the pass is dispatched, and when its run has started. */
  onJob: (fencingToken: number) => void;
  onRun: (sync: SyncDocument) => void;
}

/** `obsolete`: it was not this run's turn. `lost`: another run took over. */
export type PassEnd = "ended" | "obsolete" | "lost";

export async function pass(store: Store, options: PassOptions): Promise<PassEnd> {
  const { sync, now } = options;
  const [job] = await store.syncs.dispatch([sync], now(), now());
  if (job === undefined) return "obsolete";
  options.onJob(job.fencingToken);
  const run = await store.syncs.start(job.syncId, job.fencingToken, { leaseMs: 60_000, now });
  if (run === undefined) return "obsolete";
  options.onRun(run.sync);
  try {
    await run.begin({ resource: "assets", seeksMissing: true }, () => null);
    while (!run.checkpoint.complete) {
      await run.writePage(nextPage(options, run.checkpoint.cursor));
      options.betweenPages();
    }
    await end(run, now());
    return "ended";
  } catch (error) {
    if ((error as { code?: unknown }).code === "ERR_LEASE_LOST") return "lost";
    throw error;
  }
}

async function end(run: Run, now: Date): Promise<void> {
  if (run.checkpoint.disturbed === null) for await (const _ of run.sweep(defaultAbsenceRules));
  await run.endPass();
  await run.settle(settlementOf(run, now));
}

/** By ids, as a cursor of Trackunit's reads on: what is inserted or deleted elsewhere moves nothing. */
function nextPage({ source, pageSize, glitch }: PassOptions, cursor: string | null): FetchedPage {
  const behind = [...(glitch === "empty" ? [] : source)]
    .filter(([id]) => cursor === null || id > cursor)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const page = behind.slice(0, pageSize);
  const isLast = behind.length <= pageSize || glitch === "ends early";
  const moved = glitch === "moved" ? { disturbed: "the list moved" } : {};
  return {
    ...pageOf(Object.fromEntries(glitch === "moved" ? page.slice(1) : page)),
    nextCursor: isLast ? null : (page.at(-1)?.[0] ?? null),
    ...moved,
  };
}
