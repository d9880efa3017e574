import fc from "fast-check";
import { expect, test } from "vitest";
import { retryAfterMs } from "../src/retry-after.ts";

test("for any Retry-After header, the wait is absent or between a second and an hour", () => {
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: "binary" }),
    fc.double().map(String),
    fc.bigInt().map(String),
    fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
    fc.stringMatching(/^[A-Z][a-z]{2}[, ]+\d{1,2} [A-Z][a-z]{2} \d{1,6}( GMT)?$/),
  );
  fc.assert(
    fc.property(text, fc.option(text, { nil: undefined }), (retryAfter, date) => {
      const ms = retryAfterMs(retryAfter, date);
      if (ms === undefined) return;
      expect(ms).toBeGreaterThanOrEqual(1_000);
      expect(ms).toBeLessThanOrEqual(3_600_000);
    }),
    { numRuns: 400 },
  );
});
