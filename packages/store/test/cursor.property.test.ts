import fc from "fast-check";
import { expect, test } from "vitest";
import { cursorOf, keyOf } from "../src/cursor.ts";

test("a cursor gives back its key, and any other text is a TypeError or a list of as many texts", () => {
  fc.assert(
    fc.property(
      fc.array(fc.string()),
      (key) => void expect(keyOf(cursorOf(...key), key.length)).toEqual(key),
    ),
  );
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value)).toString("base64url")),
  );
  fc.assert(
    fc.property(text, (cursor) => {
      try {
        expect(keyOf(cursor, 1)).toEqual([expect.any(String)]);
      } catch (error) {
        expect(error).toBeInstanceOf(TypeError);
      }
    }),
  );
});
