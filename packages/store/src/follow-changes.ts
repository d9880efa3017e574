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
   * Entries were deleted before the consumer read them: it must read all records of this sync. When this
   * resolves, the remaining entries follow; when it rejects, it is called again later.
   */
  onGap: (gap: FeedGap) => Promise<void>;
  /**
   * `entry` is the one that was not handled; undefined if MongoDB could not be read. Both are tried again.
   */
  onError: (error: unknown, entry?: FeedEntry | FeedGap) => void;
  /** Between two reads of the feed. Default 1 000. */
  pollMs?: number;
  signal: AbortSignal;
  now?: () => Date;
}

type FollowedSync = Pick<SyncDocument, "_id" | "installationId" | "sync">;

/** A sync whose next entries wait because one was not handled. */
interface WaitingSync {
  sync: FollowedSync;
  failures: number;
  againAtMs: number;
}

const maxWaitMs = 60_000;
/** When more syncs than this wait, the next read covers every sync instead. */
const maxWaiting = 10_000;

/**
 * Runs until the signal aborts, even if reads or calls fail. The first read of a process covers every sync;
 * the later ones only the syncs that changed and those that wait. A failure is tried again after `pollMs`,
 * then after twice as long, up to a minute.
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

  /** Rejects when MongoDB cannot be read. */
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

/** @returns false when an entry could not be handled; those after it wait. */
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
    // The gap ends with the entry after it: until that is handled, the gap is reported again after a crash.
    gap = "gap" in entry ? entry : undefined;
    if (gap === undefined) await feed.confirm(consumer, entry);
  }
  if (gap !== undefined) await feed.confirm(consumer, gap);
  return true;
}
