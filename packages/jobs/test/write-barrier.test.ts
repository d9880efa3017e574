import { expect, onTestFinished, test, vi } from "vitest";
import { createWriteBarrier } from "../src/index.ts";

/** Connections to a server that flushes when told. */
function setup(connections = 3) {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  onTestFinished(() => void vi.useRealTimers());
  const waiting: { resolve: () => void; reject: (error: Error) => void }[] = [];
  const wait = () => new Promise<void>((resolve, reject) => waiting.push({ resolve, reject }));
  const barrier = createWriteBarrier(Array(connections).fill("a connection"), wait);
  const settled: string[] = [];
  return {
    settled,
    waits: () => waiting.length,
    /** A caller that has just written. */
    call: async (name: string) => {
      barrier().then(
        () => settled.push(name),
        (error: Error) => settled.push(`${name} ${error.message}`),
      );
      await vi.advanceTimersByTimeAsync(0);
    },
    flush: async () => {
      for (const { resolve } of waiting.splice(0)) resolve();
      await vi.advanceTimersByTimeAsync(0);
    },
    fail: async () => {
      for (const { reject } of waiting.splice(0)) reject(new Error("failed"));
      await vi.advanceTimersByTimeAsync(0);
    },
    pass: (ms: number) => vi.advanceTimersByTimeAsync(ms),
  };
}

test("the first caller waits at once, and no longer than for one flush", async () => {
  const { call, waits, flush, settled } = setup();
  await call("a");
  expect(waits()).toBe(1);
  await flush();
  expect(settled).toEqual(["a"]);
});

test("callers that come during a wait share the next, which starts in time for the same flush", async () => {
  const { call, waits, flush, settled, pass } = setup();
  await call("a");
  await call("b");
  await pass(100);
  await call("c");
  expect(waits()).toBe(1);
  await pass(150);
  expect(waits()).toBe(2);
  await flush();
  expect(settled).toEqual(["a", "b", "c"]);
});

test("a wait that began before a caller arrived does not confirm that caller's write", async () => {
  const { call, flush, settled, waits } = setup();
  await call("a");
  await call("b");
  await flush();
  expect(settled).toEqual(["a"]);
  expect(waits()).toBe(1);
  await flush();
  expect(settled).toEqual(["a", "b"]);
});

test("if all connections wait, callers share the first one that is free", async () => {
  const { call, waits, flush, settled, pass } = setup(2);
  await call("a");
  await call("b");
  await pass(250);
  await call("c");
  await pass(1_000);
  await call("d");
  expect(waits()).toBe(2);
  await flush();
  expect(settled).toEqual(["a", "b"]);
  expect(waits()).toBe(1);
  await flush();
  expect(settled).toEqual(["a", "b", "c", "d"]);
});

test("a wait that fails fails for its callers only, and the next caller waits again", async () => {
  const { call, fail, flush, settled } = setup(1);
  await call("a");
  await fail();
  await call("b");
  await flush();
  expect(settled).toEqual(["a failed", "b"]);
});
