import { expect, test } from "vitest";
import { nextWindow } from "../src/next-window.ts";

const hourMs = 3_600_000;
const window = { lookbackMs: 24 * hourMs, overlapMs: 2 * hourMs };
const at = (hours: number) => new Date(Date.UTC(2026, 0, 1) + hours * hourMs);
const before = { window: null, rereadFrom: null };

test("a sync without a window has none", () => {
  expect(nextWindow(undefined, before, at(0))).toBeNull();
});

test("the first window looks back; the next one continues where the last one ended, less the overlap", () => {
  expect(nextWindow(window, before, at(0))).toEqual({ from: at(-24), to: at(0) });
  const last = { from: at(-24), to: at(0) };
  expect(nextWindow(window, { ...before, window: last }, at(1))).toEqual({ from: at(-2), to: at(1) });
});

test("a worker's clock that is ahead ends no window behind MongoDB's", () => {
  const last = { from: at(-3), to: at(0) };
  const ahead = nextWindow(window, { ...before, window: last, serverAt: at(1) }, at(48));
  expect(ahead).toEqual({ from: at(-2), to: at(1) });
});

test("after clocks that were wrong a window begins no later than the last one that was really read", () => {
  const wrong = { from: at(-2), to: at(48) };
  const next = nextWindow(window, { ...before, window: wrong }, at(1));
  expect(next).toEqual({ from: at(-4), to: at(1) });
  const allWrong = nextWindow(window, { ...before, window: { from: at(46), to: at(48) } }, at(1));
  expect(allWrong).toEqual({ from: at(-1), to: at(1) });
});

test("the window of items that were set aside is read again, as far as the sync looks back", () => {
  const last = { from: at(-2), to: at(0) };
  expect(nextWindow(window, { window: last, rereadFrom: at(-10) }, at(1))).toEqual({
    from: at(-10),
    to: at(1),
  });
  expect(nextWindow(window, { window: last, rereadFrom: at(-90) }, at(1))).toEqual({
    from: at(-23),
    to: at(1),
  });
});
