// The log of events per account. A new one is added behind the last by its id alone, so that of two who add
// at once one sees the other: positions have no gaps that are filled later, and a reader that has come to one
// has missed none before it.

import { type AccountEvent, createBoundedMap, type InstallationId } from "@fleetkeeper/model";
import type { Collection, Db } from "mongodb";
import type { ForgottenDocument } from "../documents.ts";
import { isDuplicateKey, WriteContendedError } from "../errors.ts";
import { idsUnder } from "../id-range.ts";
import { ownCollection } from "../own-collection.ts";
import type { EventDocument, LaneDocument } from "./event-documents.ts";

/** Of an account, and of all. Events that a receiver did not get until then are lost to it. */
export const eventBounds = { count: 10_000, ms: 14 * 86_400_000 } as const;

/** An account's events are counted when a process has added this many. */
const tidyAfter = 100;
const maxCounted = 10_000;
/** Others who add this often in between do so on purpose. */
const tries = 50;

/** The events in their order, before they are handed on. */
export type EventLog = ReturnType<typeof createEventLog>;

/** What became of one that was added. */
export interface Appended {
  position: number;
  to: string[];
  type: AccountEvent["type"];
}

/** Of this database. */
export function createEventLog(db: Db) {
  const log: Collection<EventDocument> = ownCollection(db, "eventLog");
  const lanes: Collection<LaneDocument> = ownCollection(db, "eventLanes");
  const tombstones: Collection<ForgottenDocument> = ownCollection(db, "forgotten");
  const added = createBoundedMap<InstallationId, number>(maxCounted);

  return {
    /**
     * Adds those that are not there yet, in this order; those without a receiver are left out. May be
     * repeated by any process.
     * @returns the position of each that a receiver is to get.
     * @throws WriteContendedError
     */
    async append(
      installationId: InstallationId,
      events: readonly AccountEvent[],
      how: { firstToken: number; toOf: (event: AccountEvent) => string[] },
    ): Promise<Appended[]> {
      for (let attempt = 0; attempt < tries; attempt++) {
        // First: another relay that adds after this read takes the position that this one is about to take.
        let last = await lastPosition(installationId);
        const appended: Appended[] = [];
        let isMet = false;
        for (const event of events) {
          const known = await log.findOne({ id: event.id }, { projection: { to: 1, type: 1 } });
          if (known !== null) {
            appended.push({ position: positionOf(known._id), to: known.to, type: known.type });
            continue;
          }
          const to = how.toOf(event);
          if (to.length === 0) continue;
          const { firstToken } = how;
          const document = { _id: idOf(installationId, last + 1), installationId, firstToken, ...event, to };
          if (!(await inserted(document))) {
            isMet = true;
            break;
          }
          last += 1;
          appended.push({ position: last, to, type: event.type });
        }
        if (isMet) continue;
        await tidyNowAndThen(installationId, appended.length);
        return appended;
      }
      throw new WriteContendedError();
    },

    async find(id: string): Promise<EventDocument | null> {
      return log.findOne({ id });
    },

    /** The first behind a position that a receiver is to have. */
    async nextFor({
      installationId,
      receiverId,
      delivered,
    }: Pick<LaneDocument, "installationId" | "receiverId" | "delivered">): Promise<EventDocument | null> {
      const { $lt } = idsUnder<string>(installationId);
      return log.findOne(
        { _id: { $gt: idOf(installationId, delivered), $lt }, to: receiverId },
        { sort: { _id: 1 } },
      );
    },

    async at(installationId: InstallationId, position: number): Promise<EventDocument | null> {
      return log.findOne({ _id: idOf(installationId, position) });
    },

    lastPosition,

    /** Deletes what is too old, of all accounts. */
    async tidy(now: Date): Promise<void> {
      await log.deleteMany({ at: { $lt: new Date(now.getTime() - eventBounds.ms) } });
    },
  };

  /** Also where the log was emptied: no reader has come further than a new event. */
  async function lastPosition(installationId: InstallationId): Promise<number> {
    const range = { _id: idsUnder<string>(installationId) };
    const [last, reached, tombstone] = await Promise.all([
      log.findOne(range, { sort: { _id: -1 }, projection: { _id: 1 } }),
      lanes.find(range, { projection: { delivered: 1 } }).toArray(),
      tombstones.findOne({ _id: installationId }, { projection: { lastEvent: 1 } }),
    ]);
    const inLog = last === null ? 0 : positionOf(last._id);
    return Math.max(inLog, tombstone?.lastEvent ?? 0, ...reached.map(({ delivered }) => delivered));
  }

  async function inserted(document: EventDocument): Promise<boolean> {
    try {
      await log.insertOne(document);
      return true;
    } catch (error) {
      if (isDuplicateKey(error)) return false;
      throw error;
    }
  }

  async function tidyNowAndThen(installationId: InstallationId, count: number): Promise<void> {
    const since = (added.get(installationId) ?? 0) + count;
    added.set(installationId, since % tidyAfter);
    if (since < tidyAfter) return;
    const range = idsUnder<string>(installationId);
    const [newest] = await log
      .find({ _id: range }, { projection: { _id: 1 } })
      .sort({ _id: -1 })
      .skip(eventBounds.count)
      .limit(1)
      .toArray();
    if (newest !== undefined) await log.deleteMany({ _id: { $gte: range.$gte, $lte: newest._id } });
  }
}

function idOf(installationId: InstallationId, position: number): string {
  return `${installationId}/${String(position).padStart(12, "0")}`;
}

/** Of an event, by its `_id`. */
export function positionOf(_id: string): number {
  return Number(_id.slice(_id.lastIndexOf("/") + 1));
}
