import { capturedLog, testRedis } from "@fleetkeeper/test-worlds";
import { expect, onTestFinished, test, vi } from "vitest";
import { keepSteadyClock } from "../src/steady-clock.ts";

const hourMs = 3_600_000;

async function setup() {
  const { redis } = await testRedis();
  const { log, lines } = capturedLog("info");
  const start = async (everyMs?: number) => {
    const clock = await keepSteadyClock({ redis, log, ...(everyMs && { everyMs }) });
    onTestFinished(() => clock.stop());
    return clock;
  };
  return { start, lines };
}

/** As when a machine's clock is set: timers and `performance.now()` continue undisturbed. */
function setClock(offsetMs: number): void {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + offsetMs });
  onTestFinished(() => void vi.useRealTimers());
}

const offMs = (nowMs: number) => Math.abs(nowMs - performance.timeOrigin - performance.now());

test.each([hourMs, -hourMs])(
  "if a machine's clock jumps by %i ms, the worker's times stay right",
  async (jumpMs) => {
    const { start } = await setup();
    const clock = await start();
    setClock(jumpMs);
    expect(offMs(clock.nowMs())).toBeLessThan(hourMs / 2);
  },
);

test("a clock that was wrong at the start is reported once, and Redis's is used until it is right", async () => {
  const { start, lines } = await setup();
  setClock(hourMs);
  const clock = await start(20);
  expect(offMs(clock.nowMs())).toBeLessThan(hourMs / 2);
  vi.setSystemTime(performance.timeOrigin + performance.now());
  await vi.waitFor(
    () => expect(lines().map(({ msg }) => msg)).toContain("this machine's clock is right again"),
    {
      timeout: 20_000,
    },
  );
  expect(lines().filter(({ level }) => level === "warn")).toHaveLength(1);
});
