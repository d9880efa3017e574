// One collection in memory: found by `_id` or a range of them, as the engine asks.

import type { Document } from "mongodb";
import { compare, equalities, matches, valueAt } from "./matches.ts";
import { applyUpdate } from "./updated.ts";

export interface Update {
  q: Document;
  u: Document;
  upsert?: boolean;
  multi?: boolean;
}

export interface Find {
  filter?: Document;
  sort?: Record<string, 1 | -1>;
  skip?: number;
  limit?: number;
  projection?: Document;
}

const operators = (id: unknown) => (typeof id === "object" && id !== null ? (id as Document) : { $eq: id });

export type MemoryCollection = ReturnType<typeof createMemoryCollection>;

export function createMemoryCollection() {
  const documents = new Map<string, Document>();
  let order: string[] | undefined;

  return {
    find({ filter = {}, sort, skip = 0, limit = 0, projection }: Find): Document[] {
      let found = select(filter);
      for (const [path, direction] of Object.entries(sort ?? {}).reverse())
        if (path !== "_id" || direction < 0)
          found = found.toSorted((a, b) => direction * (compare(valueAt(a, path), valueAt(b, path)) ?? 0));
      return found
        .slice(skip, limit === 0 ? undefined : skip + limit)
        .map((document) => projected(document, projection));
    },

    /** @returns whether the key was free. */
    insert(document: Document): boolean {
      if (documents.has(String(document._id))) return false;
      add(document);
      return true;
    },

    /** `isDuplicate`: it should have inserted what is there. */
    update({ q, u, upsert = false, multi = false }: Update) {
      const found = select(q);
      const met = multi ? found : found.slice(0, 1);
      for (const document of met) applyUpdate(document, u, false);
      if (met.length > 0 || !upsert) return { matched: met.length, document: met[0] };
      const document = equalities(q);
      applyUpdate(document, u, true);
      if (documents.has(String(document._id))) return { matched: 0, isDuplicate: true };
      add(document);
      return { matched: 0, upserted: document._id, document };
    },

    delete(filter: Document, limit: number): number {
      const found = select(filter).slice(0, limit === 0 ? undefined : limit);
      for (const { _id } of found) documents.delete(String(_id));
      if (found.length > 0) order = undefined;
      return found.length;
    },
  };

  function add(document: Document): void {
    documents.set(String(document._id), document);
    order = undefined;
  }

  /** In the order of their ids. */
  function select(filter: Document): Document[] {
    const { $eq, $in } = operators(filter._id);
    const ids =
      $in ?? (filter._id === undefined || $eq === undefined ? rangeOf(operators(filter._id ?? {})) : [$eq]);
    return ids.flatMap((id: unknown) => {
      const document = documents.get(String(id));
      return document !== undefined && matches(document, filter) ? [document] : [];
    });
  }

  function rangeOf({ $gt, $gte, $lt, $lte }: Document): string[] {
    order ??= [...documents.keys()].sort();
    const from = firstAtLeast(order, $gt ?? $gte ?? "");
    const end = $lt ?? $lte;
    return order.slice(from, end === undefined ? undefined : firstAtLeast(order, `${end}\uffff`));
  }
}

function firstAtLeast(sorted: readonly string[], wanted: string): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? "") < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Of the fields that are asked for by name; a projection that leaves some out gives all. */
function projected(document: Document, projection: Document = {}): Document {
  const names = Object.keys(projection).filter((name) => projection[name] === 1);
  if (names.length === 0) return document;
  const fields = names.flatMap((name) => {
    const value = valueAt(document, name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return { _id: document._id, ...Object.fromEntries(fields) };
}
