import { capturedLog } from "@fleetkeeper/test-worlds";
import { expect, onTestFinished, test, vi } from "vitest";
import { createRefusalLog } from "../src/index.ts";

test("ten lines per code and minute are written; at the minute's end one line has the number of the others and the addresses that sent most", async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { log, lines } = capturedLog("info");
  const write = createRefusalLog(log);
  for (let count = 0; count < 50; count++)
    write({ code: "A", address: count < 40 ? "192.0.2.1" : "192.0.2.2" });
  write({ code: "B", address: "192.0.2.3" });
  expect(lines()).toHaveLength(11);
  await vi.advanceTimersByTimeAsync(60_001);
  expect(lines()).toHaveLength(12);
  expect(lines().at(-1)).toMatchObject({
    code: "A",
    count: 50,
    unwritten: 40,
    addresses: { "192.0.2.1": 40, "192.0.2.2": 10 },
  });
  write({ code: "A", address: "192.0.2.1" });
  expect(lines()).toHaveLength(13);
});
