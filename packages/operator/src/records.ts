// Records as operators see them: counted, in columns, and as files.

import type { InstallationId } from "@fleetkeeper/model";
import type { RecordQuery, RecordRow, Store, SyncDocument } from "@fleetkeeper/store";
import { count } from "./words.ts";

/** No more are counted for a page. */
const countedUpTo = 100_000;
/** Records that a download reads at once. */
const pageSize = 2_000;
const maxColumns = 60;

/** Of one sync. */
export interface ResourceCount {
  sync: string;
  resource: string;
  records: number;
  /** For people: `1,234`, or `100,000+`. */
  text: string;
}

/** How many records each sync of an account has, of those that have run. */
export async function countRecords(
  store: Pick<Store, "records">,
  installationId: InstallationId,
  syncs: readonly Pick<SyncDocument, "sync" | "resource">[],
): Promise<ResourceCount[]> {
  return Promise.all(
    syncs.flatMap(({ sync, resource }) =>
      resource === undefined
        ? []
        : [
            store.records.count(resource, installationId, { upTo: countedUpTo }).then((records) => ({
              sync,
              resource,
              records,
              text: `${count(records)}${records < countedUpTo ? "" : "+"}`,
            })),
          ],
    ),
  );
}

/**
 * Dotted paths of the plain values in these records, two levels deep, in the order in which they come;
 * without `id`.
 */
export function columnsOf(rows: readonly Pick<RecordRow, "data">[]): string[] {
  const columns = new Set<string>();
  for (const { data } of rows)
    for (const path of pathsOf(data, 2)) if (path !== "id" && columns.size < maxColumns) columns.add(path);
  return [...columns];
}

function pathsOf(value: unknown, depth: number): string[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([name, item]) => {
    if (name.includes(".")) return [];
    if (typeof item !== "object" || item === null) return [name];
    return depth > 1 ? pathsOf(item, depth - 1).map((path) => `${name}.${path}`) : [];
  });
}

/** The value at a dotted path as text; empty where there is none. */
export function cellOf(data: unknown, path: string): string {
  let value = data;
  for (const name of path.split("."))
    value =
      typeof value === "object" && value !== null && Object.hasOwn(value, name)
        ? (value as Record<string, unknown>)[name]
        : undefined;
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** What records can be written as. */
export const recordFormats = ["ndjson", "csv"] as const;
/** One of them. */
export type RecordFormat = (typeof recordFormats)[number];

/**
 * All records that fit, as text in pieces; memory holds one page. CSV has the first page's columns, and all
 * of `data` in the last.
 */
export async function* recordFile(
  records: Pick<Store["records"], "page">,
  query: Omit<RecordQuery, "limit" | "after">,
  format: RecordFormat,
): AsyncGenerator<string> {
  let columns: string[] | undefined;
  for (let after: string | undefined, isFirst = true; isFirst || after !== undefined; isFirst = false) {
    const { rows, next } = await records.page({
      ...query,
      limit: pageSize,
      ...(after === undefined ? {} : { after }),
    });
    if (format === "csv" && columns === undefined) {
      columns = columnsOf(rows);
      yield csvLine(["id", "firstSeenAt", "updatedAt", "deletedAt", ...columns, "data"]);
    }
    if (rows.length > 0)
      yield rows.map((row) => (columns === undefined ? jsonLine(row) : csvRow(row, columns))).join("");
    after = next;
  }
}

function jsonLine({ externalId, data, firstSeenAt, updatedAt, deletedAt }: RecordRow): string {
  return `${JSON.stringify({ id: externalId, data, firstSeenAt, updatedAt, deletedAt })}\n`;
}

function csvRow(
  { externalId, data, firstSeenAt, updatedAt, deletedAt }: RecordRow,
  columns: string[],
): string {
  return csvLine([
    externalId,
    firstSeenAt.toISOString(),
    updatedAt.toISOString(),
    deletedAt?.toISOString() ?? "",
    ...columns.map((path) => cellOf(data, path)),
    JSON.stringify(data ?? null),
  ]);
}

/**
 * How a formula begins, for a spreadsheet: also after blanks that it leaves out, and in the wide characters
 * of some languages.
 */
const formula = /^[\s\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/;

/** RFC 4180. What a spreadsheet would take for a formula gets a mark before it (OWASP, "CSV Injection"). */
export function csvLine(cells: readonly string[]): string {
  const quoted = cells.map((cell) => {
    const isFormula = formula.test(cell) && Number.isNaN(Number(cell));
    return `"${(isFormula ? `'${cell}` : cell).replaceAll('"', '""')}"`;
  });
  return `${quoted.join(",")}\r\n`;
}
