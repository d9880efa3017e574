import { deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { feedCursorOf, firstCursor, textOf } from "../src/changes/feed-cursor.ts";

test("a cursor of the changes is read by its reader alone, and any other text is a TypeError", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (reader, other) => {
      const text = textOf(firstCursor(reader));
      expect(feedCursorOf(text, reader)).toEqual(firstCursor(reader));
      if (other !== reader) expect(() => feedCursorOf(text, other)).toThrow(TypeError);
    }),
  );
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.jsonValue().map((value) => deflateRawSync(JSON.stringify(value)).toString("base64url")),
    // What it grows to has a bound.
    fc.constant(deflateRawSync(Buffer.alloc(10_000_000, " ")).toString("base64url")),
  );
  fc.assert(
    fc.property(text, (cursor) => void expect(() => feedCursorOf(cursor, "reader")).toThrow(TypeError)),
  );
});
