// Parts a connection's items into whole ones and those that an error left incomplete (GraphQL specification,
// section 7.1.2: a field that failed is null, and the error's path names it).

import type { GraphqlErrorEntry } from "./graphql-answer.ts";
import type { IncompleteItem } from "./page.ts";

/**
 * - An item that an error points into is incomplete: a null of it may stand for anything.
 * - An error that says no place may have touched every item that holds a null: they are incomplete, the
 *   others are whole.
 * - An error that says the account may not see something is a fact and no failure: the field is left out of
 *   the item, and an item that may not be seen is none.
 * - A null item that no error explains is none, and casts doubt on the page; so does an error about none of
 *   its items.
 */
export function partItems(
  connection: string,
  nodes: readonly unknown[],
  errors: readonly GraphqlErrorEntry[],
): { items: unknown[]; incomplete: IncompleteItem[]; disturbed?: string } {
  const { placed, placeless } = placeErrors(connection, nodes.length, errors);
  const items: unknown[] = [];
  const incomplete: IncompleteItem[] = [];
  let unexplained = 0;
  for (const [index, node] of nodes.entries()) {
    const own = placed.get(index) ?? [];
    const explained = node === null && own.length > 0;
    const suspects = placeless.length > 0 && !explained && holdsNull(node) ? placeless : [];
    const failures = [...own.filter((error) => !isDenial(error)), ...suspects];
    if (failures.length > 0) incomplete.push({ item: node, reasons: failures.map(reasonOf) });
    else if (node === null) unexplained += own.length === 0 ? 1 : 0;
    else items.push(own.reduce<unknown>((item, { path }) => withoutNull(item, path.slice(nodeDepth)), node));
  }
  const disturbed =
    (placeless.length > 0 ? "the API reported an error beside the items of a page" : undefined) ??
    (unexplained > 0 ? "the list holds a null in place of an item" : undefined);
  return { items, incomplete, ...(disturbed === undefined ? {} : { disturbed }) };
}

/** `[connection, "edges", index, "node"]`. */
const nodeDepth = 4;

function placeErrors(connection: string, count: number, errors: readonly GraphqlErrorEntry[]) {
  const placed = new Map<number, GraphqlErrorEntry[]>();
  const placeless: GraphqlErrorEntry[] = [];
  for (const error of errors) {
    const [top, part, index] = error.path;
    if (top !== undefined && (top !== connection || part === "pageInfo")) continue;
    if (part === "edges" && typeof index === "number" && index >= 0 && index < count)
      placed.set(index, [...(placed.get(index) ?? []), error]);
    else placeless.push(error);
  }
  return { placed, placeless };
}

/** Which codes Trackunit uses is undocumented; these words are usual. */
export function isDenial({ code }: GraphqlErrorEntry): boolean {
  return /FORBIDDEN|DENIED|UNAUTHORI[SZ]ED|PERMISSION/i.test(code);
}

function reasonOf({ code, path }: GraphqlErrorEntry): string {
  const place = path.slice(nodeDepth).join(".").slice(0, 100) || "item";
  return `${path.length === 0 ? "somewhere" : place}: ${code || "an error without a code"}`;
}

function holdsNull(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return value === null;
  return Object.values(value).some(holdsNull);
}

/**
 * Without the first null on the way along `path`: what was not told is left out instead of said to be empty.
 */
function withoutNull(value: unknown, [key, ...rest]: (string | number)[]): unknown {
  if (typeof value !== "object" || value === null || key === undefined) return value;
  if (Array.isArray(value))
    return value.map((element, index) => (index === key ? withoutNull(element, rest) : element));
  const { [key]: field, ...others } = value as Record<string, unknown>;
  return field == null ? others : { ...others, [key]: withoutNull(field, rest) };
}
