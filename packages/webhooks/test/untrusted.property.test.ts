import fc from "fast-check";
import { expect, test } from "vitest";
import { WebhookRefusal } from "../src/errors.ts";
import { eventTypeOf } from "../src/event-type.ts";
import { readHeaders } from "../src/headers.ts";

test("any headers are refused, or are one family whose every part is one of them", () => {
  const name = fc.oneof(
    fc.string(),
    fc.constantFrom(
      ...["svix", "webhook", "SVIX"].flatMap((family) =>
        ["id", "timestamp", "signature"].map((part) => `${family}-${part}`),
      ),
    ),
  );
  const value = fc.oneof(fc.string(), fc.constantFrom("1", "msg_1", "v1,x"), fc.nat().map(String));
  const rawHeaders = fc.array(fc.tuple(name, value), { maxLength: 8 }).map((pairs) => pairs.flat());
  fc.assert(
    fc.property(rawHeaders, (given) => {
      try {
        const { id, timestamp, signature } = readHeaders(given);
        expect(timestamp).toMatch(/^\d{1,12}$/);
        for (const part of [id, timestamp, signature]) expect(given).toContain(part);
      } catch (error) {
        expect(error).toBeInstanceOf(WebhookRefusal);
      }
    }),
    { numRuns: 400 },
  );
});

test("a payload of any bytes has a type that is a word, or none", () => {
  const json = fc.record(
    { type: fc.jsonValue(), event: fc.jsonValue(), eventType: fc.string() },
    { requiredKeys: [] },
  );
  const bytes = fc.oneof(
    fc.uint8Array().map((array) => Buffer.from(array)),
    fc.oneof(fc.jsonValue(), json).map((value) => Buffer.from(JSON.stringify(value))),
  );
  fc.assert(
    fc.property(bytes, (body) => {
      expect(eventTypeOf(body) ?? "none").toMatch(/^[\w-][\w.-]{0,99}$/);
    }),
    { numRuns: 500 },
  );
});
