// Takes what waits in the outboxes of an account into its log, and wakes those who are to be told. Any number
// of workers may do it at once, and end at any point: an event leaves its outbox only after it is in the log
// and its lanes are awake.

import {
  type AccountEvent,
  eventIdOf,
  type InstallationId,
  installationOfSync,
  type SyncId,
} from "@fleetkeeper/model";
import type { Collection, Db, Filter } from "mongodb";
import type { ForgottenDocument, SyncDocument } from "../documents.ts";
import { idsUnder } from "../id-range.ts";
import { ownCollection } from "../own-collection.ts";
import type { OutboxFields } from "./event-documents.ts";
import type { Appended, EventLog } from "./event-log.ts";
import type { Interest } from "./interest.ts";
import type { Lanes } from "./lanes.ts";

/** Hands events on to the receivers that want them. */
export type Relay = ReturnType<typeof createRelay>;

/** Where changes are made that are reported. Of `syncs` also that its records changed. */
const sources = ["installations", "forgotten", "syncs", "webhookDeliveries"] as const;
type SourceName = (typeof sources)[number];

/** Changes of an account's records within this time are reported once. */
export const gatherChangesMs = 10_000;
/** Records that are being written are waited for so long. */
const writtenWithinMs = 60_000;
/** Of one source, in one step. */
const perStep = 200;
const atATime = 10;
/** An account that changes more often than this while it is looked at has its turn in the next step. */
const looks = 5;

type Source = { _id: string } & OutboxFields &
  Partial<Pick<SyncDocument, "untoldSince" | "feedHead" | "feedOpen" | "resource" | "sync">>;

interface Found extends Source {
  in: SourceName;
}

/** Of this database. */
export function createRelay(db: Db, parts: { log: EventLog; lanes: Lanes; interest: Interest }) {
  const { log, lanes, interest } = parts;
  const tombstones: Collection<ForgottenDocument> = ownCollection(db, "forgotten");
  const collections = new Map(sources.map((name) => [name, ownCollection<Source>(db, name)]));

  return {
    /** One step: what is due now, of as many accounts as fit. Returns what was taken into the log. */
    async step(now: Date): Promise<Appended[]> {
      // A receiver that was added since another process wrote must not miss it.
      await interest.refresh();
      if (interest.isNone) return [];
      const due = new Set<InstallationId>();
      for (const [name, collection] of collections) {
        const found = await collection
          .find({ outboxAt: { $lte: now } }, { projection: { _id: 1 } })
          .sort({ outboxAt: 1 })
          .limit(perStep)
          .toArray();
        for (const { _id } of found) due.add(accountOf(name, _id));
      }
      const events: Appended[] = [];
      const accounts = [...due];
      for (let start = 0; start < accounts.length; start += atATime) {
        const taken = await Promise.all(
          accounts.slice(start, start + atATime).map((id) => ofAccount(id, now)),
        );
        events.push(...taken.flat());
      }
      return events;
    },

    ofAccount,
  };

  /** Everything of one account that is due, in the order in which it happened. */
  async function ofAccount(id: InstallationId, now: Date): Promise<Appended[]> {
    const before = await tombstones.findOne({ _id: id });
    const found = await collectTwice(id);
    const tombstone = await tombstones.findOne({ _id: id });
    // Forgotten in between: what was found may be of before. It is looked at again when its data is gone.
    if (tombstone?.clearingSince || tombstone?.fencingToken !== before?.fencingToken) return [];
    const told = inOrder(found).filter((event) => isOfNow(event, tombstone));
    const events = [...told, ...found.flatMap((one) => changesOf(one, now) ?? [])];
    const appended = await log.append(id, events, {
      firstToken: (tombstone?.fencingToken ?? -1) + 1,
      toOf: ({ type }) => (type === "test" ? [] : interest.in(id, type)),
    });
    await lanes.wake(id, (tombstone?.fencingToken ?? -1) + 1, appended, now);
    await Promise.all(found.map((one) => clear(one, now)));
    return appended;
  }

  /**
   * Until two looks in a row see the same: then nothing was written in between, so that with each event all
   * those before it were seen, in whichever document they are.
   */
  async function collectTwice(id: InstallationId): Promise<Found[]> {
    let last = await collect(id);
    for (let look = 0; look < looks && last.length > 0; look++) {
      const next = await collect(id);
      const isSame = textOf(next) === textOf(last);
      last = next;
      if (isSame) break;
    }
    return last;
  }

  async function collect(id: InstallationId): Promise<Found[]> {
    const found = await Promise.all(
      [...collections].map(async ([name, collection]) => {
        const _id = name === "installations" || name === "forgotten" ? id : idsUnder<string>(id);
        const filter = { _id, outboxAt: { $gt: new Date(0) } } as unknown as Filter<Source>;
        const documents = await collection.find(filter, { projection }).sort({ _id: 1 }).toArray();
        return documents.map((document): Found => ({ ...document, in: name }));
      }),
    );
    return found.flat();
  }

  /** Unless something arrived since it was read: then it is looked at again, which tells nothing twice. */
  async function clear(one: Found, now: Date): Promise<void> {
    const { _id, outbox = [], outboxAt = null, feedHead = null, untoldSince } = one;
    const [first] = outbox;
    const isTold = changesOf(one, now) !== undefined;
    const unchanged = {
      _id,
      [`outbox.${outbox.length}`]: { $exists: false },
      ...(first && { "outbox.0.id": first.id }),
      ...(one.in === "syncs" && { outboxAt, feedHead, untoldSince: untoldSince ?? null }),
    } as unknown as Filter<Source>;
    const rests = isTold || untoldSince === undefined;
    await collections.get(one.in)?.updateOne(unchanged, {
      $set: {
        ...(first && { outbox: [] }),
        outboxAt: rests ? null : changesDueAt(untoldSince, now),
      },
      ...(isTold && { $unset: { untoldSince: "" as const } }),
    });
  }
}

const projection = {
  outbox: 1,
  outboxAt: 1,
  untoldSince: 1,
  feedHead: 1,
  feedOpen: 1,
  resource: 1,
  sync: 1,
} as const;

/**
 * That records changed; undefined where there is no such news, or it is too early for it. The same news has
 * the same id.
 */
function changesOf(one: Found, now: Date): AccountEvent | undefined {
  const { _id, untoldSince, feedHead, feedOpen, resource, sync } = one;
  if (one.in !== "syncs" || untoldSince === undefined) return undefined;
  const sinceMs = now.getTime() - untoldSince.getTime();
  if (sinceMs < gatherChangesMs) return undefined;
  // A receiver that asks for the records at once shall find them.
  if (feedOpen != null && sinceMs < gatherChangesMs + writtenWithinMs) return undefined;
  const id = eventIdOf(`${_id} ${feedHead}`);
  const data = { sync, resource: resource ?? null, changedSince: untoldSince.toISOString() };
  return { id, type: "records.changed", at: now, data };
}

function changesDueAt(untoldSince: Date, now: Date): Date {
  return new Date(Math.max(untoldSince.getTime() + gatherChangesMs, now.getTime() + 1_000));
}

/**
 * By time; those of one document as they were put out, and a life with its beginning, even if clocks
 * differ: what is left of an account that was forgotten came after that.
 */
function inOrder(found: readonly Found[]): AccountEvent[] {
  const dated = found.flatMap(({ outbox = [] }) => {
    let latestMs = Number.NEGATIVE_INFINITY;
    return outbox.map((event) => {
      latestMs = Math.max(latestMs, beginnings.includes(event.type) ? 0 : event.at.getTime());
      return { event, latestMs, rank: beginnings.indexOf(event.type) };
    });
  });
  return dated.sort((a, b) => a.latestMs - b.latestMs || b.rank - a.rank).map(({ event }) => event);
}

const beginnings: readonly AccountEvent["type"][] = ["account.installed", "account.forgotten"];

function isOfNow({ type, at }: AccountEvent, tombstone: ForgottenDocument | null): boolean {
  return type === "account.forgotten" || tombstone === null || at > tombstone.at;
}

function accountOf(source: SourceName, _id: string): InstallationId {
  return source === "syncs" || source === "webhookDeliveries"
    ? installationOfSync(_id as SyncId)
    : (_id as InstallationId);
}

function textOf(found: readonly Found[]): string {
  return JSON.stringify(found);
}
