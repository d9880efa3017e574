// Many accounts in the embedded server's own file: copies of those that are there, written past the server,
// which would take hours for millions.

import { createHash } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { type Slot, slots, type Template } from "./templates.ts";

/** The column that the embedded server keeps documents in. */
const document = "_ferretdb_sjson";
const accountsPerTransaction = 50_000;
const hourMs = 3_600_000;

/** A document as what stays, and in between what differs. */
type Pattern = { table: string; parts: (string | { slot: Slot })[] };

/** @param file the database, which no server has open */
export function fillWithCopies(
  file: string,
  templates: readonly Template[],
  count: number,
  onProgress: (line: string) => void,
): void {
  // The server's indexes are on expressions that have names in double quotes.
  const database = new DatabaseSync(file, { enableDoubleQuotedStringLiterals: true });
  // A crash makes the file useless, and it is written again.
  database.exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -3000000");
  const tables = database
    .prepare(
      "SELECT table_name AS name FROM _ferretdb_collections WHERE name IN ('installations', 'accounts', 'syncs')",
    )
    .all()
    .map(({ name }) => String(name));
  const patterns = templates.flatMap((template) => {
    const found = patternsOf(database, tables, template);
    return Array.from({ length: template.weight }, () => found);
  });
  const inserts = new Map(
    tables.map((table) => [table, database.prepare(`INSERT INTO "${table}" (${document}) VALUES (?)`)]),
  );
  for (let end = 0; end < count; ) {
    const start = end;
    end = Math.min(count, start + accountsPerTransaction);
    database.exec("BEGIN");
    for (let index = start; index < end; index++) {
      const textOf = textsOf(index);
      for (const { table, parts } of patterns[index % patterns.length] ?? [])
        inserts
          .get(table)
          ?.run(parts.map((part) => (typeof part === "string" ? part : textOf(part.slot))).join(""));
    }
    database.exec("COMMIT");
    onProgress(`${end.toLocaleString("en")} accounts written`);
  }
  database.close();
}

function patternsOf(database: DatabaseSync, tables: readonly string[], { texts }: Template): Pattern[] {
  const slotOf = new Map<string, Slot>(slots.map((slot) => [texts[slot], slot]));
  const places = new RegExp(`(${[...slotOf.keys()].join("|")})`);
  return tables.flatMap((table) =>
    database
      .prepare(`SELECT ${document} AS text FROM "${table}" WHERE instr(${document}, ?) > 0`)
      .all(texts.accountId)
      .map(({ text }) => {
        const parts = String(text).split(places);
        return { table, parts: parts.map((part) => toSlot(slotOf.get(part), part)) };
      }),
  );
}

function toSlot(slot: Slot | undefined, part: string): string | { slot: Slot } {
  return slot === undefined ? part : { slot };
}

/** Of one copy; times are spread, and nothing is due in the next hours. */
function textsOf(index: number): (slot: Slot) => string {
  const hash = createHash("sha256").update(String(index)).digest("hex");
  const now = Date.now();
  const between = (fromHours: number, toHours: number) =>
    String(Math.round(now + (fromHours + Math.random() * (toHours - fromHours)) * hourMs));
  const texts: Record<Slot, () => string> = {
    accountId: () => hash.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*/, "$1-$2-$3-$4-$5"),
    fingerprint: () => hash.slice(40, 56),
    number: () => String(7_100_000_000 + index),
    nextRunAt: () => between(6, 7),
    lastSuccessAt: () => between(-1, 0),
    prewarmAt: () => between(6, 7),
    expiresAt: () => between(7, 8),
    installedAt: () => between(-8_760, -1),
  };
  return (slot) => texts[slot]();
}
