import { expect, test } from "vitest";
import { TakenFaults } from "../../src/faults/taken-faults.ts";
import { RecordSet } from "../../src/fleet/record-set.ts";
import { type ConnectionArgs, connection } from "../../src/graphql/connection.ts";
import { seedOf } from "../../src/random.ts";

const now = new Date("2026-03-04T12:00:00Z");

function setupRecords() {
  const records = new RecordSet(seedOf("test"), 10, ({ id, index }) => ({ id, index }));
  const page = (args: ConnectionArgs) => connection(records, args, new TakenFaults([]), ({ index }) => index);
  const indexes = (args: ConnectionArgs) => page(args).edges.map(({ node }) => node());
  return { records, page, indexes };
}

test("first and after walk forwards", () => {
  const { page, indexes } = setupRecords();
  const first = page({ first: 4 });
  expect(first.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false, count: 4 });
  expect(indexes({ first: 4, after: first.pageInfo.endCursor })).toEqual([4, 5, 6, 7]);
});

test("last and before walk backwards", () => {
  const { page, indexes } = setupRecords();
  const last = page({ last: 3 });
  expect(last.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true, count: 3 });
  expect(indexes({ last: 3, before: last.pageInfo.startCursor })).toEqual([4, 5, 6]);
});

test("a cursor outlives its record", () => {
  const { records, page, indexes } = setupRecords();
  const { endCursor } = page({ first: 4 }).pageInfo;
  records.delete(new Set([3]));
  expect(indexes({ first: 2, after: endCursor })).toEqual([4, 5]);
});

test("a record created behind the cursor doesn't shift the next page", () => {
  const { records, page, indexes } = setupRecords();
  const { endCursor } = page({ first: 9 }).pageInfo;
  for (let count = 0; count < 20; count++) records.create(now);
  expect(indexes({ first: 30, after: endCursor })).toContain(9);
  expect(indexes({ first: 30, after: endCursor })).not.toContain(8);
});

test("an empty list has no cursors", () => {
  const { page } = setupRecords();
  expect(page({ first: 0 }).pageInfo).toMatchObject({ startCursor: null, endCursor: null, count: 0 });
});
