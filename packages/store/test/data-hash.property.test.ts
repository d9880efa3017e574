// The hash of a record must never change with the code: every record of every account would be written again.

import { createHash } from "node:crypto";
import { ExactNumber } from "@fleetkeeper/model";
import fc from "fast-check";
import { expect, test } from "vitest";
import { dataHash } from "../src/data-hash.ts";

/** As it has been from the first release on: every object copied with its fields in order. */
function reference(data: unknown): string {
  const isRaw = (JSON as unknown as { isRawJSON: (value: unknown) => boolean }).isRawJSON;
  const text = JSON.stringify(data, (_name, item) =>
    typeof item === "object" && item !== null && !Array.isArray(item) && !isRaw(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
  return createHash("sha256").update(text).digest("base64url").slice(0, 22);
}

const odd = fc.constantFrom<unknown>(
  -0,
  1e21,
  Number.NaN,
  "\ud800",
  new Date(0),
  { toJSON: () => 7 },
  { a: undefined },
);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.oneof(fc.jsonValue(), odd, fc.constant(new ExactNumber("12345678901234567890"))),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.oneof(fc.string(), fc.constantFrom("10", "9", "1a", "__proto__", "é")), tie("value")),
  ),
}));

test("the hash of a record with any content never changes", () => {
  fc.assert(
    fc.property(value, (data) => dataHash(data) === reference(data)),
    { numRuns: 500 },
  );
  expect(dataHash({ b: 1, a: [{ d: null, c: "é" }] })).toBe("H1Quhm1NS4_X4jKAoeGsSR");
});

test("the order of fields does not count, and that of items does", () => {
  expect(dataHash({ a: 1, b: { c: 2, d: 3 } })).toBe(dataHash({ b: { d: 3, c: 2 }, a: 1 }));
  expect(dataHash([1, 2])).not.toBe(dataHash([2, 1]));
});
