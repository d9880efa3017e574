// Notes on which records the pages of a pass held, for passes of several pages: a later slice, perhaps on another machine,
// compares them with what is stored.

import { hash } from "node:crypto";
import { Binary, type Collection } from "mongodb";
import type { PassPageDocument } from "../documents.ts";
import { idsUnder } from "../id-range.ts";
import { tokenText } from "../token-text.ts";

/** Tells whether a pass saw a record, by its external id. */
export type Seen = (externalId: string) => boolean;

export interface PageNotes {
  /**
   * Notes a page. Keyed by the fencing token too, so that the late note of a run that lost its lease replaces none: both
   * runs read the page during the pass, so what either saw was there.
   */
  note(page: { pass: number; page: number; token: number }, externalIds: readonly string[]): Promise<void>;
  /** What the pages of a pass held, 8 bytes per record in memory; undefined when a page of them is not noted. */
  seenIn(pass: number, pages: number): Promise<Seen | undefined>;
  /** Forgets the notes of the passes before this one. */
  forgetBefore(pass: number): Promise<void>;
}

export function createPageNotes(notes: Collection<PassPageDocument>, syncId: string): PageNotes {
  return {
    async note({ pass, page, token }, externalIds) {
      const _id = `${syncId}/${passKey(pass)}/${String(page).padStart(8, "0")}-${token}`;
      const bytes = Buffer.concat(externalIds.map((id) => fingerprint(id)));
      await notes.replaceOne({ _id }, { fingerprints: new Binary(bytes) }, { upsert: true });
    },

    async seenIn(pass, pages) {
      const parts: Uint8Array[] = [];
      const noted = new Set<number>();
      const prefix = `${syncId}/${passKey(pass)}`;
      for await (const { _id, fingerprints } of notes.find({ _id: idsUnder(prefix) })) {
        noted.add(Number.parseInt(_id.slice(prefix.length + 1), 10));
        parts.push(fingerprints.buffer.subarray(0, fingerprints.length()));
      }
      return noted.size < pages ? undefined : searchIn(Buffer.concat(parts));
    },

    async forgetBefore(pass) {
      await notes.deleteMany({ _id: { $gte: `${syncId}/`, $lt: `${syncId}/${passKey(pass)}` } });
    },
  };
}

/** The same for what one page held. */
export function seenOnPage(externalIds: readonly string[]): Seen {
  const seen = new Set(externalIds);
  return (externalId) => seen.has(externalId);
}

function passKey(pass: number): string {
  return tokenText(pass);
}

/** Two ids of one account with the same first 64 bits would hide one deletion; that is not to be expected below 10^9 records. */
function fingerprint(externalId: string): Buffer {
  return hash("sha256", externalId, "buffer").subarray(0, 8);
}

function searchIn(bytes: Buffer): Seen {
  const sorted = new BigUint64Array(bytes.length / 8);
  for (let index = 0; index < sorted.length; index++) sorted[index] = bytes.readBigUInt64BE(index * 8);
  sorted.sort();
  return (externalId) => {
    const wanted = fingerprint(externalId).readBigUInt64BE();
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((sorted[middle] ?? 0n) < wanted) low = middle + 1;
      else high = middle;
    }
    return sorted[low] === wanted;
  };
}
