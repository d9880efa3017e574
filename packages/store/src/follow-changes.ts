// A consumer of the change feed: calls a function for each entry, at least once and in order per record, and
// remembers how far it came.

import { setTimeout as sleep } from "node:timers/promises";
import type { ChangeFeed, FeedEntry, FeedGap } from "./change-feed.ts";
import type { SyncDocument } from "./documents.ts";

/** Which entries are followed, as whom, and what is called for each. */
export interface FollowOptions {
  feed: ChangeFeed;
  /**
   * Names the consumer's cursors: letters, digits, `-` and `_`. Two with different names each get everything.
   * Run one process per name.
   */
  consumer: string;
  /**
   * An entry is confirmed when this resolves. When it rejects, the sync's entries wait and are given again
   * later; other syncs continue.
   */
  handle: (entry: FeedEntry) => Promise<void>;
  /**
   * Entries are gone that the consumer has not read: it must read all records of this sync. When this
   * resolves, the entries that are there follow; when it rejects, it is called again later.
   */
  onGap: (gap: FeedGap) => Promise<void>;
  /**
   * `entry` is the one that was not handled; undefined where MongoDB could not be asked, which is tried
   * again.
   */
  onError: (error: unknown, entry?: FeedEntry | FeedGap) => void;
  /** Between two looks. Default 1 000. */
  pollMs?: number;
  signal: AbortSignal;
  now?: () => Date;
}

type FollowedSync = Pick<SyncDocument, "_id" | "installationId" | "sync">;

/** A sync that waits since an entry of it was not handled. */
interface WaitingSync {
  sync: FollowedSync;
  failures: number;
  againAtMs: number;
}

const maxWaitMs = 60_000;
/** When more syncs than this wait, the next look is at every sync instead. */
const maxWaiting = 10_000;

/**
 * Runs until the signal aborts, whatever fails. The first look of a process is at every sync; the later ones
 * only at what changed, and at the syncs that wait. What fails is tried again after `pollMs`, then after
 * twice as long, up to a minute.
 */
export async function followChanges(options: FollowOptions): Promise<void> {
  const { consumer, feed, onError, pollMs = 1_000, signal, now = () => new Date() } = options;
  if (!/^[A-Za-z0-9_-]{1,60}$/.test(consumer))
    throw new TypeError("a consumer's name is letters, digits, - and _");
  const waiting = new Map<string, WaitingSync>();
  let since: Date | undefined;
  let failures = 0;
  while (!signal.aborted) {
    const lookedAt = now();
    try {
      for (const { sync, againAtMs } of [...waiting.values()])
        if (performance.now() >= againAtMs) await follow(sync);
      for await (const sync of feed.syncsWithNews(since)) {
        if (signal.aborted) return;
        if (!waiting.has(sync._id)) await follow(sync);
      }
      since = lookedAt;
      failures = 0;
    } catch (error) {
      failures += 1;
      onError(error);
    }
    if (waiting.size > maxWaiting) {
      waiting.clear();
      since = undefined;
    }
    await sleep(waitMs(failures), undefined, { signal }).catch(() => undefined);
  }

  /** Rejects when MongoDB cannot be asked. */
  async function follow(sync: FollowedSync): Promise<void> {
    if (await handleUnread(options, sync)) return void waiting.delete(sync._id);
    const failed = (waiting.get(sync._id)?.failures ?? 0) + 1;
    const againAtMs = performance.now() + waitMs(failed - 1);
    waiting.set(sync._id, { sync, failures: failed, againAtMs });
  }

  function waitMs(before: number): number {
    return before === 0 ? pollMs : Math.min(pollMs * 2 ** Math.min(before, 20), Math.max(maxWaitMs, pollMs));
  }
}

/** @returns false when one could not be handled, so that the rest waits. */
async function handleUnread(
  { feed, consumer, handle, onGap, onError, signal }: FollowOptions,
  sync: FollowedSync,
): Promise<boolean> {
  let gap: FeedGap | undefined;
  for await (const entry of feed.unread(consumer, sync)) {
    if (signal.aborted) return true;
    try {
      await ("gap" in entry ? onGap(entry) : handle(entry));
    } catch (error) {
      onError(error, entry);
      return false;
    }
    // The gap ends with the entry behind it: until that is handled, it is told again after a crash.
    gap = "gap" in entry ? entry : undefined;
    if (gap === undefined) await feed.confirm(consumer, entry);
  }
  if (gap !== undefined) await feed.confirm(consumer, gap);
  return true;
}
