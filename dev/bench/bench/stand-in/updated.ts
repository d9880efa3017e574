// What an update of MongoDB's makes of a document, as far as the engine writes.

import type { Document } from "mongodb";
import { compare, valueAt } from "./matches.ts";

type Change = (document: Document, path: string, operand: never, now: Date) => void;

const changes: Record<string, Change> = {
  $set: setAt,
  $unset: (document, path) => setAt(document, path, undefined),
  $inc: (document, path, by: number) => setAt(document, path, Number(valueAt(document, path) ?? 0) + by),
  $min: (document, path, value) => {
    if ((compare(valueAt(document, path), value) ?? 1) > 0) setAt(document, path, value);
  },
  $max: (document, path, value) => {
    if ((compare(valueAt(document, path), value) ?? -1) < 0) setAt(document, path, value);
  },
  $push: (document, path, value) =>
    setAt(document, path, [...((valueAt(document, path) as unknown[]) ?? []), value]),
  $currentDate: (document, path, _, now) => setAt(document, path, now),
};

/** In place. `isNew`: whether the update inserts the document. */
export function applyUpdate(document: Document, update: Document, isNew: boolean): void {
  if (!Object.keys(update)[0]?.startsWith("$")) {
    for (const name of Object.keys(document)) if (name !== "_id") delete document[name];
    Object.assign(document, update);
    return;
  }
  for (const [operator, fields] of Object.entries(update)) {
    if (operator === "$setOnInsert" && !isNew) continue;
    const change = changes[operator === "$setOnInsert" ? "$set" : operator];
    if (change === undefined) throw new Error(`the stand-in knows no ${operator}`);
    for (const [path, operand] of Object.entries(fields))
      change(document, path, operand as never, new Date());
  }
}

function setAt(document: Document, path: string, value: unknown): void {
  const names = path.split(".");
  const last = names.pop() ?? path;
  const parent = names.reduce<Document>((at, name) => {
    at[name] ??= {};
    return at[name];
  }, document);
  if (value === undefined) delete parent[last];
  else parent[last] = value;
}
