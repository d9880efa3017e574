import { expect, test } from "vitest";
import { type EndpointLife, standingOf } from "../src/endpoint-standing.ts";

const now = new Date("2030-01-10T00:00:00Z");
const hoursAgo = (hours: number) => new Date(now.getTime() - hours * 3_600_000);

const standing = (life: Partial<EndpointLife>) =>
  standingOf(
    {
      state: "active",
      keys: ["key"],
      createdAt: hoursAgo(100),
      lastDeliveryAt: null,
      usualGapMs: 0,
      ...life,
    },
    now,
  );

test("an endpoint is silent when it is quiet for a day, and three times longer than ever lately", () => {
  expect(standing({ lastDeliveryAt: hoursAgo(24) })).toBe("receiving");
  expect(standing({ lastDeliveryAt: hoursAgo(25) })).toBe("silent");
  expect(standing({ lastDeliveryAt: hoursAgo(60), usualGapMs: 20 * 3_600_000 })).toBe("receiving");
  expect(standing({ lastDeliveryAt: hoursAgo(61), usualGapMs: 20 * 3_600_000 })).toBe("silent");
  expect(standing({})).toBe("silent");
  expect(standing({ createdAt: hoursAgo(1) })).toBe("waiting");
});

test("one that is paused or has no key is silent for that reason, which comes first", () => {
  expect(standing({ state: "paused" })).toBe("paused");
  expect(standing({ keys: [], state: "paused" })).toBe("no key");
});
