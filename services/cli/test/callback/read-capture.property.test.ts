import fc from "fast-check";
import { expect, test } from "vitest";
import { readCapture } from "../../src/callback/read-capture.ts";
import { CaptureError } from "../../src/errors.ts";
import { printable, printableJson } from "../../src/output/printable.ts";

test("a capture is read, or refused with an explanation, for any content of the file", () => {
  const field = fc.oneof(
    fc.jsonValue(),
    fc.dictionary(fc.constantFrom("toString", "valueOf", "x", "__proto__"), fc.jsonValue()),
  );
  const json = fc
    .record(
      {
        headers: fc.oneof(field, fc.array(field), fc.dictionary(fc.string(), field)),
        body: field,
        method: field,
        path: field,
        receivedAt: field,
      },
      { requiredKeys: [] },
    )
    .map((value) => JSON.stringify(value));
  const http = fc
    .array(fc.string())
    .map((lines) => `POST /appinstall HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n{}`);
  fc.assert(
    fc.property(fc.oneof(json, http, fc.string({ unit: "binary" }), fc.constant("{")), (text) => {
      try {
        const { method, path, headers, body } = readCapture(text);
        for (const one of [method, path, body, ...Object.values(headers)]) expect(typeof one).toBe("string");
      } catch (error) {
        expect(error).toBeInstanceOf(CaptureError);
      }
    }),
    { numRuns: 400 },
  );
});

test("printed text has no control characters, and JSON keeps its content", () => {
  const text = fc.string({ unit: "binary" });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what it is about
  const controls = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/;
  fc.assert(
    fc.property(text, (given) => {
      expect(printable(given.replaceAll("\x1b", ""))).not.toMatch(controls);
      const json = JSON.stringify({ given });
      expect(printableJson(json)).not.toMatch(controls);
      expect(JSON.parse(printableJson(json))).toEqual({ given });
    }),
    { numRuns: 500 },
  );
});
