// Relay connections over an ordered list (the Relay cursor connections specification): a page costs the
// same for any fleet.
import { GraphQLError } from "graphql";
import type { TakenFaults } from "../faults/taken-faults.ts";
import { type Cursor, decodeCursor, encodeCursor } from "../fleet/cursor.ts";
import type { Ordered } from "../fleet/ordered.ts";

export interface ConnectionArgs {
  first?: number | null;
  last?: number | null;
  before?: string | null;
  after?: string | null;
}

export const defaultPageSize = 20;

/** The page that the arguments ask for. A node is built when it is asked for. */
export function connection<T extends { id: string }>(
  records: Ordered<T>,
  args: ConnectionArgs,
  faults: TakenFaults,
  render: (record: T) => unknown,
) {
  const after = cursorArgument("after", args.after);
  const before = cursorArgument("before", args.before);
  const start = after?.id ? records.positionAfter(after.id) : 0;
  const end = before?.id ? (records.positionOf(before.id) ?? records.positionAfter(before.id)) : records.size;
  const [from, to] = range(args, start, Math.max(start, end));
  const lap = after?.lap ?? 0;
  const edges = records.slice(from, to - from).map((record) => ({
    cursor: encodeCursor({ id: record.id, lap }),
    node: () => render(record),
  }));
  const last = edges.at(-1)?.cursor ?? null;
  const pageInfo = {
    hasNextPage: to < records.size,
    hasPreviousPage: from > 0,
    startCursor: edges[0]?.cursor ?? null,
    endCursor: last,
    count: edges.length,
  };
  return { edges, pageInfo: { ...pageInfo, ...misled(args, faults, pageInfo.hasNextPage, last, lap) } };
}

function range({ first, last }: ConnectionArgs, start: number, end: number): [number, number] {
  for (const [name, value] of Object.entries({ first, last })) {
    if (value != null && value < 0) throw badInput(`${name} must not be negative.`);
  }
  let [from, to] = [start, end];
  if (first != null || last == null) to = Math.min(to, from + (first ?? defaultPageSize));
  if (last != null) from = Math.max(from, to - last);
  return [from, to];
}

function misled(
  args: ConnectionArgs,
  faults: TakenFaults,
  hasNextPage: boolean,
  last: string | null,
  lap: number,
) {
  if (faults.has("repeat-cursor") && args.after) return { hasNextPage: true, endCursor: args.after };
  if (!faults.has("endless")) return {};
  return { hasNextPage: true, endCursor: hasNextPage ? last : encodeCursor({ id: "", lap: lap + 1 }) };
}

function cursorArgument(name: string, text: string | null | undefined): Cursor | undefined {
  if (text == null) return undefined;
  const cursor = decodeCursor(String(text));
  if (!cursor) throw badInput(`${name} is not a cursor of this connection.`);
  return cursor;
}

function badInput(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: "BAD_USER_INPUT" } });
}
