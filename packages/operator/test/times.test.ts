import { expect, test } from "vitest";
import { duration, fromNow } from "../src/times.ts";

const now = new Date("2026-01-02T03:04:05Z");
const at = (seconds: number) => new Date(now.getTime() + seconds * 1_000);

test.each([
  [0, "now"],
  [12, "in 12 s"],
  [-12, "12 s ago"],
  [4 * 60 + 59, "in 4 min"],
  [-100 * 60, "100 min ago"],
  [5 * 3_600, "in 5 h"],
  [-3 * 86_400, "3 days ago"],
])("%i s from now is %s", (seconds, words) => {
  expect(fromNow(at(seconds), now)).toBe(words);
});

test.each([
  [820, "820 ms"],
  [12_900, "12 s"],
  [245_000, "4 min 5 s"],
  [900_000, "15 min"],
  [7_380_000, "2 h 3 min"],
  [273_600_000, "3 days 4 h"],
])("%i ms are %s", (ms, words) => {
  expect(duration(ms)).toBe(words);
});
