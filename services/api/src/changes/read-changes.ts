// One answer of `/v1/changes`: confirms what the caller has, looks for syncs with news, and takes as much as
// an answer may hold.

import { setTimeout as sleep } from "node:timers/promises";
import type { SyncId } from "@fleetkeeper/model";
import type { ChangeFeed, FollowedSync } from "@fleetkeeper/store";
import { changeOf } from "./change-schema.ts";
import type { FeedCursor } from "./feed-cursor.ts";

export interface ChangesQuery {
  /** As `followChanges` names consumers. */
  consumer: string;
  whose: Parameters<ChangeFeed["look"]>[1]["whose"];
  cursor: FeedCursor;
  /** Entries; a gap is one. */
  limit: number;
  /** How long to wait where there is nothing new. */
  waitMs: number;
  signal: AbortSignal;
}

export interface ChangesAnswer {
  /** Each as JSON. */
  entries: string[];
  cursor: FeedCursor;
}

/** Syncs in one answer: the cursor names each. */
const maxSyncs = 20;
/** An answer ends with the entry that passes this; one has at most some 4 MiB. */
const maxLength = 4 * 1024 * 1024;
const pollMs = 1_000;
/** A look at very many syncs continues in the next request. */
const maxLookMs = 5_000;

export async function readChanges(
  feed: ChangeFeed,
  { consumer, whose, cursor, limit, waitMs, signal }: ChangesQuery,
  now: () => Date,
): Promise<ChangesAnswer> {
  for (const [syncId, position] of cursor.has)
    await feed.confirm(consumer, { syncId: syncId as SyncId, position });
  const startedAtMs = performance.now();
  const passedMs = () => performance.now() - startedAtMs;
  let { since, look } = cursor;
  for (;;) {
    look ??= { at: now().toISOString(), after: "" };
    const found = await feed.look(consumer, {
      whose,
      ...(since === null ? {} : { since: new Date(since) }),
      ...(look.after === "" ? {} : { after: look.after }),
    });
    const taken = await take(feed, consumer, found.syncs, limit);
    if (taken.readTo !== undefined)
      return answerOf(taken, { ...cursor, since, look: { ...look, after: taken.readTo || look.after } });
    const isAtEnd = found.next === undefined;
    if (isAtEnd) since = look.at;
    look = found.next === undefined ? null : { ...look, after: found.next };
    const isDone = isAtEnd ? passedMs() >= waitMs || signal.aborted : passedMs() >= maxLookMs;
    if (taken.entries.length > 0 || isDone) return answerOf(taken, { ...cursor, since, look });
    if (isAtEnd)
      await sleep(Math.min(pollMs, waitMs - passedMs()), undefined, { signal }).catch(() => undefined);
  }
}

interface Taken {
  entries: string[];
  /** The last position of each sync. */
  has: Map<string, string>;
  /**
   * The last sync that was read to its end ("" before the first), where the answer is full; undefined where
   * all were.
   */
  readTo: string | undefined;
}

async function take(
  feed: ChangeFeed,
  consumer: string,
  syncs: readonly FollowedSync[],
  limit: number,
): Promise<Taken> {
  const entries: string[] = [];
  const has = new Map<string, string>();
  let length = 0;
  let readTo = "";
  for (const [index, sync] of syncs.entries()) {
    if (index === maxSyncs) return { entries, has, readTo };
    let follows = false;
    for await (const entry of feed.unread(consumer, sync)) {
      // A gap ends with the entry behind it: alone it would be told again and again.
      const isFull = entries.length >= limit || length >= maxLength;
      if (isFull && !follows) return { entries, has, readTo };
      const text = JSON.stringify(changeOf(sync, entry));
      entries.push(text);
      has.set(sync._id, entry.position);
      length += text.length;
      follows = "gap" in entry;
    }
    readTo = sync._id;
  }
  return { entries, has, readTo: undefined };
}

function answerOf({ entries, has }: Taken, cursor: Omit<FeedCursor, "has">): ChangesAnswer {
  return { entries, cursor: { ...cursor, has: [...has] } };
}
