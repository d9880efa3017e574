import { expect, onTestFinished, test, vi } from "vitest";
import { createReconnect } from "../src/reconnect.ts";

test.each(["READONLY", "MASTERDOWN", "LOADING", "UNBLOCKED", "NOREPLICAS"])(
  "%s: another server is the master, or will be",
  (code) => {
    const error = new Error(`${code} You can't write against a read only replica.`);
    expect(createReconnect({ maxMs: 2_000, sendAgain: false }).reconnectOnError(error)).toBe(true);
    expect(createReconnect({ maxMs: 2_000, sendAgain: true }).reconnectOnError(error)).toBe(2);
  },
);

test.each(["MISCONF", "OOM", "NOPERM", "WRONGTYPE", "ERR", "NOSCRIPT", "MOVED"])(
  "%s: another connection would not help",
  (code) => {
    const { reconnectOnError } = createReconnect({ maxMs: 2_000, sendAgain: true });
    expect(reconnectOnError(new Error(`${code} READONLY is only mentioned.`))).toBe(false);
  },
);

test("connections to a server that refuses each one are attempted less and less often", () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  onTestFinished(() => void vi.useRealTimers());
  const { reconnectOnError, retryStrategy } = createReconnect({ maxMs: 2_000, sendAgain: true });
  const waits = Array.from({ length: 6 }, () => {
    reconnectOnError(new Error("READONLY"));
    return retryStrategy(1);
  });
  expect(waits).toEqual([200, 400, 800, 1_600, 2_000, 2_000]);
  vi.advanceTimersByTime(30_001);
  expect(retryStrategy(1)).toBe(200);
});
