// Taking a document for a while, so that one process at a time does what it is about.

import type { Collection, Filter, UpdateFilter, WithId } from "mongodb";
import { decidedUpsert } from "./decided-upsert.ts";

/** A document that a process can take. */
interface Held {
  _id: string;
  /** The process that has it, and how long it does without another word. */
  holder: string;
  heldUntil: Date;
}

/**
 * Takes the document, or keeps it, until `until`; `first` is what it holds when there is none yet. May be
 * repeated by the same holder.
 * @returns null while another process holds it.
 * @throws WriteContendedError
 */
export function hold<Document extends Held>(
  documents: Collection<Document>,
  { _id, holder, now, until }: { _id: Document["_id"]; holder: string; now: Date; until: Date },
  first: Omit<Document, keyof Held>,
): Promise<WithId<Document> | null> {
  return decidedUpsert(
    () =>
      documents.findOneAndUpdate(
        { _id, $or: [{ holder }, { heldUntil: { $lt: now } }] } as unknown as Filter<Document>,
        { $set: { holder, heldUntil: until }, $setOnInsert: first } as unknown as UpdateFilter<Document>,
        { upsert: true, returnDocument: "after" },
      ),
    async () => {
      const found = await documents.findOne({ _id } as unknown as Filter<Document>);
      // Gone again: it is written again. Ours: the write was carried out, and what was answered was its
      // repetition.
      if (found === null) return undefined;
      return found.holder === holder ? found : null;
    },
  );
}
