// An answer's body as JSON, and where its records are, whichever interface it comes from.

import type { FaultKind } from "./fault.ts";

export type JsonObject = Record<string, unknown>;

/** For some kinds of fault, what becomes of a copy of the answer's body. */
export type Oddities = Partial<Record<FaultKind, (body: JsonObject) => unknown>>;

export function recordsIn(body: JsonObject): JsonObject[] {
  return listsIn(body)
    .flat()
    .map((one) => (isObject(one) && "node" in one ? one.node : one))
    .filter(isObject);
}

export function listsIn(body: JsonObject): unknown[][] {
  const own = [body.content, body.equipment].filter((list): list is unknown[] => Array.isArray(list));
  const edges = connectionsIn(body).flatMap(({ edges }) =>
    Array.isArray(edges) ? [edges as unknown[]] : [],
  );
  return [...own, ...edges];
}

export function connectionsIn({ data }: JsonObject): JsonObject[] {
  return isObject(data) ? Object.values(data).filter(isObject) : [];
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
