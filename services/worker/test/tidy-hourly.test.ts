import { createLog } from "@fleetkeeper/telemetry";
import { expect, onTestFinished, test, vi } from "vitest";
import { tidyHourly } from "../src/tidy-hourly.ts";

test("each hour old data is removed, even if none is added, and one failure does not stop the rest", async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const tidied: string[] = [];
  const audit = {
    tidy: async () => {
      tidied.push("audit");
      throw new Error("away");
    },
  };
  const webhookDeliveries = { tidy: async () => void tidied.push("webhooks") };
  const log = createLog({ service: "test", level: "silent" });
  const { stop } = tidyHourly({ store: { audit, webhookDeliveries }, log, now: () => new Date() });
  await vi.advanceTimersByTimeAsync(2 * 3_600_000);
  expect(tidied).toEqual(["audit", "webhooks", "audit", "webhooks"]);
  stop();
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(tidied).toHaveLength(4);
});
