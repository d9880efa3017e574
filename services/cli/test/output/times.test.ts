import { expect, test } from "vitest";
import { duration, fromNow } from "../../src/output/times.ts";

const now = new Date("2026-01-01T12:00:00Z");
const at = (seconds: number) => new Date(now.getTime() + seconds * 1_000);

test("times are short and relative", () => {
  expect(fromNow(at(-3), now)).toBe("3s ago");
  expect(fromNow(at(300), now)).toBe("in 5m");
  expect(fromNow(at(-7_200), now)).toBe("2h ago");
  expect(fromNow(at(86_400 * 3), now)).toBe("in 3d");
  expect(fromNow(now, now)).toBe("now");
  expect(fromNow(null, now)).toBe("-");
});

test("durations have one unit", () => {
  expect([0, 250, 1_000, 90_000, 7_200_000].map(duration)).toEqual(["0ms", "250ms", "1s", "2m", "2h"]);
});
