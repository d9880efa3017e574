// Receivers: addresses of the publisher's own code that are notified of events, with their sealed signing
// secrets.

import { randomBytes } from "node:crypto";
import type { EventType, SealedText } from "@fleetkeeper/model";
import type { Collection, Db } from "mongodb";
import { ownCollection } from "../own-collection.ts";
import type { Disabled, ReceiverDocument } from "./event-documents.ts";

/** The publisher's own addresses that are notified of events. */
export type Receivers = ReturnType<typeof createReceivers>;

/** Without its secrets: for all who only look. */
export type ReceiverRow = Omit<ReceiverDocument, "secrets"> & {
  secrets: { addedAt: Date; until: Date | null }[];
};

/** Of all accounts together. */
export const maxReceivers = 50;

/** A success is noted this often; a first one after a failure at once. */
const noteEveryMs = 60_000;

/** What an operator decides about a receiver. */
export interface ReceiverFields {
  url: string;
  description: string;
  events: EventType[];
  irisAppId: string | null;
}

/** A new one at each call. */
export function newReceiverId(): string {
  return `rcv_${randomBytes(12).toString("hex")}`;
}

/** Of this database. */
export function createReceivers(db: Db) {
  const receivers: Collection<ReceiverDocument> = ownCollection(db, "eventReceivers");

  return {
    /** @returns false, and nothing is stored, when there are 50 already. */
    async add(
      receiver: ReceiverFields & { id: string; sealedSecret: SealedText; createdAt: Date; createdBy: string },
    ): Promise<boolean> {
      if ((await receivers.countDocuments()) >= maxReceivers) return false;
      const { id: _id, sealedSecret, createdAt, ...fields } = receiver;
      const secrets = [{ sealed: sealedSecret, addedAt: createdAt, until: null }];
      const untried = { disabled: null, failingSince: null, lastSuccessAt: null };
      await receivers.insertOne({ _id, ...fields, secrets, ...untried, createdAt });
      return true;
    },

    /** With its secrets: for who signs. */
    async find(_id: string): Promise<ReceiverDocument | null> {
      return receivers.findOne({ _id });
    },

    async row(_id: string): Promise<ReceiverRow | null> {
      const found = await receivers.findOne({ _id });
      return found && rowOfReceiver(found);
    },

    /** The oldest first. */
    async list(): Promise<ReceiverRow[]> {
      const found = await receivers.find().limit(maxReceivers).toArray();
      return found.map(rowOfReceiver).sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
    },

    async update(_id: string, fields: Partial<ReceiverFields>): Promise<boolean> {
      return (await receivers.updateOne({ _id }, { $set: fields })).matchedCount === 1;
    },

    /**
     * A new secret beside the newest one, which is good until `oldUntil`; an older one ends at once.
     * @returns false when the secrets were changed in between, or there is no such receiver.
     */
    async rotate(
      _id: string,
      sealed: SealedText,
      { oldUntil, now }: { oldUntil: Date; now: Date },
    ): Promise<boolean> {
      const newest = (await receivers.findOne({ _id }))?.secrets[0];
      if (newest === undefined) return false;
      const secrets = [
        { sealed, addedAt: now, until: null },
        { ...newest, until: oldUntil },
      ];
      const filter = { _id, "secrets.0.sealed": newest.sealed };
      return (await receivers.updateOne(filter, { $set: { secrets } })).matchedCount === 1;
    },

    /** Puts another sealing of the same secret in its place, unless the secrets changed since. */
    async reseal(_id: string, before: SealedText, sealed: SealedText): Promise<boolean> {
      for (const index of [0, 1]) {
        const place = `secrets.${index}.sealed`;
        const { matchedCount } = await receivers.updateOne(
          { _id, [place]: before },
          { $set: { [place]: sealed } },
        );
        if (matchedCount === 1) return true;
      }
      return false;
    },

    /** @returns whether it was notified of events until now. */
    async disable(_id: string, disabled: Disabled): Promise<boolean> {
      return (await receivers.updateOne({ _id, disabled: null }, { $set: { disabled } })).matchedCount === 1;
    },

    async enable(_id: string): Promise<void> {
      await receivers.updateOne({ _id }, { $set: { disabled: null, failingSince: null } });
    },

    async noteSuccess({ _id, failingSince, lastSuccessAt }: ReceiverDocument, at: Date): Promise<void> {
      const isNew = lastSuccessAt === null || at.getTime() - lastSuccessAt.getTime() >= noteEveryMs;
      if (failingSince === null && !isNew) return;
      await receivers.updateOne({ _id }, { $set: { failingSince: null }, $max: { lastSuccessAt: at } });
    },

    /** @returns when it took something last; exact for what it took after an earlier failure. */
    async noteFailure({ _id }: Pick<ReceiverDocument, "_id">, at: Date): Promise<Date | null> {
      await receivers.updateOne({ _id, failingSince: null }, { $set: { failingSince: at } });
      return (await receivers.findOne({ _id }, { projection: { lastSuccessAt: 1 } }))?.lastSuccessAt ?? null;
    },

    async remove(_id: string): Promise<boolean> {
      return (await receivers.deleteOne({ _id })).deletedCount === 1;
    },
  };
}

function rowOfReceiver({ secrets, ...fields }: ReceiverDocument): ReceiverRow {
  return { ...fields, secrets: secrets.map(({ addedAt, until }) => ({ addedAt, until })) };
}
