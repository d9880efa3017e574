// Finds accounts by any part of what they are known by: first those with a key that begins so, which is a
// range of `_id`; then those with a key that has it further inside, for which the `_id`s are read piece by
// piece, for a bounded time.

import type { InstallationId, InstallationState } from "@fleetkeeper/model";
import type { Collection } from "mongodb";
import { encodedText, keysOf } from "./account-keys.ts";
import { cursorOf, keyOf } from "./cursor.ts";
import type { AccountDocument } from "./documents.ts";
import type { InstallationDocument } from "./installation-document.ts";
import { type InstallationPage, type InstallationRow, rowOf } from "./installation-row.ts";

/** What is searched for, and which of those found are taken. */
export interface AccountSearch {
  text: string;
  state?: InstallationState | undefined;
  app?: string | undefined;
  reference?: string | undefined;
  /** Only what begins so. */
  beginning?: boolean | undefined;
  after?: string | undefined;
  limit: number;
}

/** Behind every character that a key begins with. */
const last = "~";
/**
 * Where the pieces of a search inside of keys begin. Ids of accounts are spread over the digits of
 * hexadecimal numbers; names begin with letters. A piece is read whole before the time is looked at.
 */
const pieces = ["", "1", "2", "3", "4", "5", "6", "7", "8", "9", "a", "b", "c", "d", "e", "f", "g", "m", "s"];
const hexadecimal = [..."0123456789abcdef"];
/** Finer ones, for many accounts. */
const finePieces = pieces.flatMap((piece) =>
  hexadecimal.includes(piece) ? [piece, ...hexadecimal.slice(1).map((digit) => piece + digit)] : [piece],
);
/**
 * From this many keys on, those that begin so are shown before those that have it further inside are looked
 * for.
 */
const manyKeys = 100_000;
/** After this a page ends as it is, and the next one continues from there. */
const searchMs = 700;

/** Behind every key. */
const veryLast = "\u{10ffff}";

/** One way to look: `text` at the beginning of a key, or anywhere in it. */
interface Look {
  text: string;
  isInside: boolean;
}

/**
 * Each account once, at the first of its keys that fits.
 * @throws TypeError when `after` is not one that a page gave.
 */
export async function searchAccounts(
  {
    installations,
    accounts,
  }: {
    installations: Collection<InstallationDocument>;
    accounts: Collection<AccountDocument>;
  },
  search: AccountSearch,
): Promise<InstallationPage> {
  const looks = looksFor(search);
  const [fromLook = "0", fromKey = ""] = search.after === undefined ? [] : keyOf(search.after, 2);
  const endsAtMs = performance.now() + searchMs;
  const rows: InstallationRow[] = [];
  const isLarge = await hasManyKeys(accounts);
  for (let index = Number(fromLook); index < looks.length; index++) {
    const look = looks[index];
    if (look === undefined) break;
    let reached = `${index}` === fromLook ? fromKey : "";
    if (isLarge && look.isInside && rows.length > 0)
      return { rows, next: cursorOf(`${index}`, ""), isCut: true };
    const inPieces = isLarge ? finePieces : pieces;
    for await (const found of keysFor(accounts, look, { after: reached, limit: search.limit, inPieces })) {
      const byId = await rowsOf(found.keys);
      for (const { _id, installationId } of found.keys) {
        const row = byId.get(installationId);
        if (row !== undefined && isWanted(row, search) && isFirst(row, _id, index, looks, search.text)) {
          if (rows.length === search.limit) return { rows, next: cursorOf(`${index}`, reached) };
          rows.push(row);
        }
        reached = _id;
      }
      reached = found.readTo ?? reached;
      if (performance.now() > endsAtMs) return { rows, next: cursorOf(`${index}`, reached), isCut: true };
    }
  }
  return { rows, next: undefined };

  async function rowsOf(keys: readonly AccountDocument[]): Promise<Map<InstallationId, InstallationRow>> {
    if (keys.length === 0) return new Map();
    const ids = [...new Set(keys.map(({ installationId }) => installationId))];
    const found = await installations
      .find({ _id: { $in: ids } })
      .map(rowOf)
      .toArray();
    return new Map(found.map((row) => [row._id, row]));
  }
}

/** Of which it is known: keys are seldom removed, and to count them takes the embedded server a second. */
const large = new WeakSet<Collection<AccountDocument>>();

async function hasManyKeys(accounts: Collection<AccountDocument>): Promise<boolean> {
  if (large.has(accounts)) return true;
  const isLarge = (await accounts.estimatedDocumentCount()) > manyKeys;
  if (isLarge) large.add(accounts);
  return isLarge;
}

/**
 * Ids of accounts are in their keys as they are, names are encoded: a beginning that differs is looked for in
 * both ways. Inside of a key the encoded one is enough, since the installation id behind it has the account's
 * id encoded.
 */
function looksFor({ text, beginning }: AccountSearch): Look[] {
  const wanted = text.toLowerCase();
  const encoded = encodedText(wanted);
  const atBeginning = [...new Set([wanted, encoded])].map((one) => ({ text: one, isInside: false }));
  return beginning ? atBeginning : [...atBeginning, { text: encoded, isInside: true }];
}

/** Keys in their order, some at a time. `readTo`: all before it have been read. */
async function* keysFor(
  accounts: Collection<AccountDocument>,
  { text, isInside }: Look,
  { after, limit, inPieces }: { after: string; limit: number; inPieces: readonly string[] },
): AsyncGenerator<{ keys: AccountDocument[]; readTo?: string }> {
  const ranges = isInside
    ? inPieces.map((from, index) => ({ from, to: inPieces[index + 1] }))
    : [rangeOfBeginning(text)];
  const literal = text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const regex = isInside ? { $regex: literal, $options: "i" } : { $regex: `^${literal}` };
  for (const { from, to } of ranges) {
    if (to !== undefined && to <= after) continue;
    let behind = after > from ? after : undefined;
    for (;;) {
      const range = {
        ...(behind === undefined ? { $gte: from } : { $gt: behind }),
        ...(to === undefined ? {} : { $lt: to }),
        ...(isInside || from !== text ? regex : {}),
      };
      const keys = await accounts
        .find({ _id: range })
        .sort({ _id: 1 })
        .limit(limit + 1)
        .toArray();
      behind = keys.at(-1)?._id;
      const isAll = keys.length <= limit;
      yield { keys, ...(isAll ? { readTo: to ?? veryLast } : {}) };
      if (isAll) break;
    }
  }
}

/**
 * Keys that begin so are in it. The embedded server takes only plain characters for a bound, and would read
 * everything; what the range has besides, a regular expression leaves out.
 */
function rangeOfBeginning(text: string): { from: string; to: string | undefined } {
  const from = /^[a-z0-9._~@/%-]*/.exec(text)?.[0] ?? "";
  // A character behind `~` may follow.
  const isAscii = /^[ -~]*$/.test(text);
  return { from, to: from === "" || !isAscii ? undefined : `${from}${last}` };
}

/**
 * Whether this is the key at which the account comes: it has others, and some keys are of what it was known
 * by before.
 */
function isFirst(
  row: InstallationRow,
  key: string,
  index: number,
  looks: readonly Look[],
  text: string,
): boolean {
  const wanted = text.toLowerCase();
  const isOfId = row._id.toLowerCase().includes(wanted);
  const keys = keysOf(row).filter((one) => isOfId || one.text.includes(wanted));
  const places = keys.map(({ _id }) => ({
    _id,
    look: looks.findIndex((look) =>
      look.isInside ? _id.toLowerCase().includes(look.text) : _id.startsWith(look.text),
    ),
  }));
  const found = places.filter(({ look }) => look >= 0);
  const first = found.sort((a, b) => a.look - b.look || (a._id < b._id ? -1 : 1))[0];
  return first?._id === key && first.look === index;
}

function isWanted(row: InstallationRow, { state, app, reference }: AccountSearch): boolean {
  return (
    (state === undefined || row.state === state) &&
    (app === undefined || row.irisAppId === app) &&
    (reference === undefined || row.reference === reference)
  );
}
