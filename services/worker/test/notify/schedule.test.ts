import { expect, test } from "vitest";
import { decideDelivery, deliveriesForMs } from "../../src/retry.ts";

test("a delivery is tried again after waits that grow from seconds to a day, the last time after three days, and then given up", () => {
  const failingSince = new Date("2026-01-01T00:00:00Z");
  const tries: number[] = [];
  let now: Date | undefined = failingSince;
  for (let attempts = 1; now !== undefined && attempts < 30; attempts++) {
    const before: Date = now;
    now = decideDelivery({ attempts, failingSince }, before);
    if (now !== undefined) tries.push((now.getTime() - before.getTime()) / 1_000);
  }
  const waits = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000];
  for (const [index, wait] of waits.entries()) {
    expect(tries[index]).toBeGreaterThanOrEqual(wait);
    expect(tries[index]).toBeLessThanOrEqual(1.1 * wait);
  }
  expect(tries).toHaveLength(9);
  expect(tries.reduce((sum, one) => sum + one, 0)).toBeCloseTo(deliveriesForMs / 1_000, 0);
});

test("a wait that the receiver requests is respected, within the three days", () => {
  const failingSince = new Date("2026-01-01T00:00:00Z");
  const at = decideDelivery({ attempts: 1, failingSince }, failingSince, 600_000)?.getTime() ?? 0;
  expect(at - failingSince.getTime()).toBeGreaterThanOrEqual(600_000);
  const late = new Date(failingSince.getTime() + deliveriesForMs - 120_000);
  expect(decideDelivery({ attempts: 2, failingSince }, late, 3_600_000)).toEqual(
    new Date(failingSince.getTime() + deliveriesForMs),
  );
});
