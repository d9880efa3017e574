import { expect, test } from "vitest";
import { retryAfterMs } from "../src/index.ts";

const noon = "Fri, 02 Jan 2026 12:00:00 GMT";

test.each<[string | undefined, number | undefined]>([
  [undefined, undefined],
  ["", undefined],
  ["0", 1_000],
  [" 12 ", 12_000],
  ["1.5", 1_500],
  ["99999999", 3_600_000],
  ["9".repeat(400), 3_600_000],
  ["soon", undefined],
  ["-5", undefined],
  ["0x10", undefined],
  ["2026-01-02", undefined],
  ["Thu, 01 Jan 1970 00:00:00 GMT", 1_000],
  ["Thu, 01 Jan 2999 00:00:00 GMT", 3_600_000],
])("Retry-After %j is a wait of %j ms", (retryAfter, expected) => {
  expect(retryAfterMs(retryAfter)).toBe(expected);
});

test("the old form of a date names no zone and means GMT, in any local time zone", () => {
  const { TZ: usual } = process.env;
  process.env.TZ = "Asia/Tokyo";
  expect(retryAfterMs("Fri Jan  2 12:01:30 2026", noon)).toBe(90_000);
  if (usual === undefined) delete process.env.TZ;
  else process.env.TZ = usual;
});

test("a date is compared with the answer's Date header, or else with our clock", () => {
  expect(retryAfterMs("Fri, 02 Jan 2026 12:01:30 GMT", noon)).toBe(90_000);
  const inTenSeconds = retryAfterMs(new Date(Date.now() + 10_000).toUTCString(), "no date");
  expect(inTenSeconds).toBeGreaterThan(8_000);
  expect(inTenSeconds).toBeLessThanOrEqual(10_000);
});
