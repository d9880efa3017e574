import { installationIdOf, syncIdOf } from "@fleetkeeper/model";
import { expect, test } from "vitest";
import { nextSlot } from "../src/index.ts";

const hourMs = 3_600_000;
const start = new Date("2026-01-01T00:00:00Z");
const idOf = (index: number) => syncIdOf(installationIdOf("@a/b", String(index)), "assets");

test("a sync's due times are an interval apart, however long a run takes", () => {
  const first = nextSlot(idOf(1), hourMs, start);
  for (const lateMs of [0, 1_000, 10 * 60_000, 29 * 60_000]) {
    const next = nextSlot(idOf(1), hourMs, new Date(first.getTime() + lateMs));
    expect(next.getTime() - first.getTime()).toBe(hourMs);
  }
});

test("the next due time is at least half an interval away, and at most one and a half", () => {
  for (let index = 0; index < 500; index++) {
    const waitMs = nextSlot(idOf(index), hourMs, start).getTime() - start.getTime();
    expect(waitMs).toBeGreaterThanOrEqual(hourMs / 2);
    expect(waitMs).toBeLessThanOrEqual(1.5 * hourMs + 1);
  }
});

test("after a stop of a day the syncs are not all due at once: their next due times fill the interval evenly", () => {
  const back = new Date(start.getTime() + 24 * hourMs);
  const perTenth = new Map<number, number>();
  for (let index = 0; index < 2_000; index++) {
    const tenth = Math.floor(((nextSlot(idOf(index), hourMs, back).getTime() % hourMs) / hourMs) * 10);
    perTenth.set(tenth, (perTenth.get(tenth) ?? 0) + 1);
  }
  expect(perTenth.size).toBe(10);
  for (const count of perTenth.values()) {
    expect(count).toBeGreaterThan(150);
    expect(count).toBeLessThan(250);
  }
});
