// What the change feed gives back of what a run announced: what MongoDB stores of the records themselves.

import { ExactNumber, type RecordChange } from "@fleetkeeper/model";
import fc from "fast-check";
import { Binary, BSON } from "mongodb";
import { expect, test } from "vitest";
import { changedFields } from "../src/changed-fields.ts";
import { canonicalJson } from "../src/data-hash.ts";
import { type AnnouncedChange, changesOfEntry, entryOf, inParts } from "../src/feed-entry.ts";
import { type Storable, storableOf } from "../src/run/storable.ts";

/** What records hold, and what a definition's schema may make of it. */
const values = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.string({ unit: "binary" }),
    fc.constantFrom("\ud800", "a\udc00", "\\ud800", 'a"b', "\u0001"),
    fc.double(),
    fc.integer(),
    fc.constantFrom(null, true, undefined, new Date(0), 2 ** 60, -0),
    fc.bigInt().map((integer) => new ExactNumber(`${integer}`)),
    fc.constant(new ExactNumber("0.12345678901234567890123")),
    fc.array(tie("value"), { maxLength: 6 }),
    fc.dictionary(
      fc.string({ unit: "binary-ascii" }).filter((name) => !name.includes("\0")),
      tie("value"),
      { maxKeys: 6 },
    ),
  ),
})).value;

const stored = (data: unknown): unknown => BSON.deserialize(written({ data })).data;

/** As the driver does it. */
function written(document: object): Uint8Array {
  return BSON.serialize(document, { ignoreUndefined: false });
}

function storableOrFail(data: unknown): Exclude<Storable, { fault: string }> {
  const storable = storableOf(data, canonicalJson(data));
  return "fault" in storable ? expect.fail(storable.fault) : storable;
}

function announced(kind: RecordChange["kind"], item: unknown): AnnouncedChange {
  const { data, isJson } = storableOrFail(item);
  const fields = kind === "created" ? [] : ["a"];
  return { externalId: "x", kind, fields, data, json: isJson ? canonicalJson(item) : undefined };
}

/** As MongoDB keeps it. */
function readBack(changes: AnnouncedChange[]): RecordChange[] {
  const entry = BSON.deserialize(written(entryOf(changes)), { promoteBuffers: false });
  return changesOfEntry(entry as ReturnType<typeof entryOf>);
}

test("an entry returns each record as MongoDB stores it, with any content", () => {
  const changes = fc.array(fc.tuple(fc.constantFrom("created" as const, "updated" as const), values));
  fc.assert(
    fc.property(changes, (all) => {
      const given = readBack(all.map(([kind, item]) => announced(kind, item)));
      expect(given).toEqual(
        all.map(([kind, item]) => {
          const data = stored(storableOrFail(item).data);
          return {
            externalId: "x",
            kind,
            fields: kind === "created" ? changedFields(undefined, data) : ["a"],
            data,
          };
        }),
      );
    }),
    { numRuns: 300 },
  );
});

test("the bound on a record's size is never below what it takes", () => {
  fc.assert(
    fc.property(values, (item) => {
      const { data, bytes } = storableOrFail(item);
      expect(bytes).toBeGreaterThanOrEqual(
        BSON.calculateObjectSize({ data }) - BSON.calculateObjectSize({ data: null }),
      );
    }),
  );
  const digits = Array.from({ length: 100_000 }, () => 0);
  expect(storableOrFail(digits).bytes).toBeGreaterThan(BSON.calculateObjectSize({ digits }));
});

test("an entry of an earlier version, whose data is in its changes, is read as it is", () => {
  const change: RecordChange = { externalId: "x", kind: "created", fields: ["a"], data: { a: 1 } };
  expect(changesOfEntry({ changes: [change] })).toEqual([change]);
});

test("what is too much for one entry is in several, and a very long text is left to MongoDB", () => {
  const large = announced("created", { text: "a".repeat(1_900_000) });
  expect([...inParts([large, large, large])].map(({ length }) => length)).toEqual([2, 1]);

  const [long, short] = ["\u0001".repeat(900_000), "short"].map((text) => announced("created", { text }));
  if (long === undefined || short === undefined) return expect.fail();
  expect(entryOf([long]).texts).toBeUndefined();
  expect(entryOf([short]).texts).toBeInstanceOf(Binary);
  expect(readBack([long, short]).map(({ data }) => data)).toEqual([long.data, short.data]);
});
