// The audit log and the log of events as a file.

import type { ActionLog, LogEntry, LogOutcome, LogQuery } from "@fleetkeeper/store";
import type { Mood } from "./mood.ts";
import { csvLine, type RecordFormat } from "./records.ts";

/** The columns of CSV; lines of JSON have the same fields, where an entry has them. */
const columns = [
  "at",
  "kind",
  "who",
  "action",
  "outcome",
  "code",
  "installationId",
  "sync",
  "queue",
  "apiKey",
  "topic",
  "address",
  "id",
] as const;

/** How an outcome is marked. */
export const logOutcomeMoods: Record<LogOutcome, Mood> = { done: "good", failed: "bad", refused: "wait" };

/** All entries that fit, as text in pieces; memory holds a thousand. */
export async function* logFile(
  log: ActionLog,
  query: Omit<LogQuery, "after" | "limit">,
  format: RecordFormat,
): AsyncGenerator<string> {
  if (format === "csv") yield csvLine(columns);
  for await (const entries of log.all(query))
    yield entries.map(format === "csv" ? csvRow : (entry) => `${JSON.stringify(entry)}\n`).join("");
}

/** What an entry is about, where it is about no account. */
export function logSubject({ queue, apiKey, topic }: LogEntry): string | undefined {
  return queue ?? apiKey ?? topic;
}

function csvRow(entry: LogEntry): string {
  return csvLine(columns.map((column) => textOf(entry[column])));
}

function textOf(value: Date | string | undefined): string {
  return value instanceof Date ? value.toISOString() : (value ?? "");
}
