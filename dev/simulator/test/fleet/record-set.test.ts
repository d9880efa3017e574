import { expect, test } from "vitest";
import { type Origin, RecordSet } from "../../src/fleet/record-set.ts";
import { seedOf } from "../../src/random.ts";

const now = new Date("2026-03-04T12:00:00Z");
const build = ({ id, index, revision }: Origin) => ({ id, index, revision });
const recordSet = (size: number) => new RecordSet(seedOf("test"), size, build);

test("the same seed gives the same records", () => {
  expect(recordSet(50).slice(0, 50)).toEqual(recordSet(50).slice(0, 50));
  expect(new RecordSet(seedOf("other"), 50, build).idAt(0)).not.toBe(recordSet(50).idAt(0));
});

test("ids are UUIDs in rising order, all different, also after changes", () => {
  const records = recordSet(500);
  records.delete(new Set([0, 7, 499]));
  for (let count = 0; count < 100; count++) records.create(now);
  const ids = records.slice(0, records.size).map(({ id }) => id);
  expect(ids).toHaveLength(597);
  expect(ids).toEqual([...new Set(ids)].sort());
  expect(ids.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/.test(id))).toBe(
    true,
  );
});

test("a record is found by its id at its position", () => {
  const records = recordSet(1000);
  records.delete(new Set([3, 500]));
  records.create(now);
  for (const position of [0, 3, 498, 998]) expect(records.positionOf(records.idAt(position))).toBe(position);
  expect(records.find("00000000-0000-4000-8000-000000000000")).toBeUndefined();
});

test("the position after a deleted record is that of its successor", () => {
  const records = recordSet(10);
  const [deleted, next] = [records.idAt(4), records.idAt(5)];
  records.delete(new Set([4]));
  expect(records.idAt(records.positionAfter(deleted))).toBe(next);
});

test("an update raises the revision and keeps the id", () => {
  const records = recordSet(5);
  const id = records.idAt(2);
  records.update(2, now);
  records.update(2, now);
  expect(records.find(id)).toMatchObject({ id, revision: 2 });
});

test("a page of a set of 200 000 builds a page of records", () => {
  const records = recordSet(200_000);
  records.slice(123_456, 100);
  records.positionAfter(records.idAt(199_000));
  expect(records.built).toBe(100);
});
