// Notes on which records the pages of a pass held, for passes of several pages: a later slice, perhaps on
// another machine, compares them with what is stored.

import { hash } from "node:crypto";
import { Binary, type Collection } from "mongodb";
import type { PassPageDocument } from "../documents.ts";
import { idsUnder } from "../id-range.ts";
import { tokenText } from "../token-text.ts";

/** Tells whether a pass saw a record, by its external id. */
export type Seen = (externalId: string) => boolean;

/** What the pages of one sync's passes held. */
export interface PageNotes {
  /**
   * Notes a page. Keyed by the fencing token too, so that the late note of a run that lost its lease replaces
   * none: both runs read the page during the pass, so what either saw was there.
   */
  note(page: { pass: number; page: number; token: number }, externalIds: readonly string[]): Promise<void>;
  /**
   * What the pages of a pass held, 16 bytes per record in memory; a text that says why that proves nothing,
   * when a page is not noted or two pages held the same record: it moved while the list was read, and another
   * may have slipped through.
   */
  seenIn(pass: number, pages: number): Promise<Seen | string>;
  /** Forgets the notes of the passes before this one. */
  forgetBefore(pass: number): Promise<void>;
}

/** For one sync. */
export function createPageNotes(notes: Collection<PassPageDocument>, syncId: string): PageNotes {
  return {
    async note({ pass, page, token }, externalIds) {
      const _id = `${syncId}/${passKey(pass)}/${String(page).padStart(8, "0")}-${token}`;
      const bytes = Buffer.concat(externalIds.map((id) => fingerprint(id)));
      await notes.replaceOne({ _id }, { fingerprints: new Binary(bytes) }, { upsert: true });
    },

    async seenIn(pass, pages) {
      const byPage = new Map<number, Uint8Array[]>();
      const prefix = `${syncId}/${passKey(pass)}`;
      for await (const { _id, fingerprints } of notes.find({ _id: idsUnder(prefix) })) {
        const page = Number.parseInt(_id.slice(prefix.length + 1), 10);
        const part = fingerprints.buffer.subarray(0, fingerprints.length());
        byPage.set(page, [...(byPage.get(page) ?? []), part]);
      }
      if (byPage.size < pages) return "the notes on what its pages held are incomplete";
      const held = [...byPage.values()].map((parts) => sortedSet(numbersIn(Buffer.concat(parts))));
      const seen = sortedSet(concat(held));
      const isTwice = held.reduce((sum, { length }) => sum + length, 0) > seen.length;
      return isTwice
        ? "two pages of it held the same record: the list moved while it was read"
        : searchIn(seen);
    },

    async forgetBefore(pass) {
      await notes.deleteMany({ _id: { $gte: `${syncId}/`, $lt: `${syncId}/${passKey(pass)}` } });
    },
  };
}

/**
 * The same of one page, or of several that are as the last run left them: it proved that no two of them held
 * the same record.
 */
export function seenOnPages(pages: readonly (readonly string[])[]): Seen {
  const seen = new Set(pages.flat());
  return (externalId) => seen.has(externalId);
}

function passKey(pass: number): string {
  return tokenText(pass);
}

/**
 * Two ids of one account with the same first 64 bits would hide one deletion; that is not to be expected
 * below 10^9 records.
 */
function fingerprint(externalId: string): Buffer {
  return hash("sha256", externalId, "buffer").subarray(0, 8);
}

function numbersIn(bytes: Buffer): BigUint64Array {
  const numbers = new BigUint64Array(bytes.length / 8);
  for (let index = 0; index < numbers.length; index++) numbers[index] = bytes.readBigUInt64BE(index * 8);
  return numbers;
}

function concat(parts: readonly BigUint64Array[]): BigUint64Array {
  const all = new BigUint64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const part of parts) {
    all.set(part, end);
    end += part.length;
  }
  return all;
}

/** Sorts the numbers, and gives each once. */
function sortedSet(numbers: BigUint64Array): BigUint64Array {
  numbers.sort();
  let length = 0;
  for (const number of numbers)
    if (length === 0 || numbers[length - 1] !== number) numbers[length++] = number;
  return numbers.subarray(0, length);
}

function searchIn(sorted: BigUint64Array): Seen {
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
