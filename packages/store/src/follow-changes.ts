// A consumer of the change feed: calls a function for each entry, at least once and in order per record, and remembers how far it came.

import { setTimeout as sleep } from "node:timers/promises";
import type { ChangeFeed, FeedEntry, FeedGap } from "./change-feed.ts";

export interface FollowOptions {
  feed: ChangeFeed;
  /** Names the consumer's cursors: letters, digits, `-` and `_`. Two with different names each get everything. Run one process per name. */
  consumer: string;
  /** An entry is confirmed when this resolves. When it rejects, the sync's entries wait and are given again at the next look; other syncs go on. */
  handle: (entry: FeedEntry) => Promise<void>;
  /** Entries were tidied away before the consumer read them: it must read the records of this sync once. */
  onGap?: (gap: FeedGap) => Promise<void>;
  onError: (error: unknown, entry: FeedEntry | FeedGap) => void;
  /** Between two looks. Default 1 000. */
  pollMs?: number;
  signal: AbortSignal;
  now?: () => Date;
}

/** Runs until the signal aborts. The first look of a process is at every sync; the later ones only at what changed. */
export async function followChanges(options: FollowOptions): Promise<void> {
  const { consumer, pollMs = 1_000, signal, now = () => new Date() } = options;
  if (!/^[A-Za-z0-9_-]{1,60}$/.test(consumer))
    throw new TypeError("a consumer's name is letters, digits, - and _");
  let since: Date | undefined;
  while (!signal.aborted) {
    const lookedAt = now();
    const failed = await look(options, since);
    since = failed ? since : lookedAt;
    await sleep(pollMs, undefined, { signal }).catch(() => undefined);
  }
}

/** @returns whether an entry could not be handled, so that the next look must go back as far again. */
async function look(
  { feed, consumer, handle, onGap, onError, signal }: FollowOptions,
  since: Date | undefined,
): Promise<boolean> {
  let failed = false;
  for await (const sync of feed.syncsWithNews(since)) {
    for await (const entry of feed.unread(consumer, sync)) {
      if (signal.aborted) return true;
      try {
        if ("gap" in entry) await onGap?.(entry);
        else await handle(entry);
      } catch (error) {
        onError(error, entry);
        failed = true;
        break;
      }
      await feed.confirm(consumer, entry);
    }
  }
  return failed;
}
