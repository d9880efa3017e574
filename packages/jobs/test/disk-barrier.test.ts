import type { Redis } from "ioredis";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createDiskBarrier } from "../src/index.ts";

beforeEach(() => vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }));
afterEach(() => vi.useRealTimers());

/** A server that flushes when told, and notes each wait. */
function setup(connections = 3) {
  let written = 0;
  const waiting: { offset: number; resolve: (answer: number[]) => void; reject: (error: Error) => void }[] =
    [];
  const connect = () => {
    let offset = 0;
    return {
      incr: async () => {
        offset = ++written;
        return offset;
      },
      call: () =>
        new Promise<number[]>((resolve, reject) => {
          waiting.push({ offset, resolve, reject });
        }),
    } as unknown as Redis;
  };
  const barrier = createDiskBarrier(Array.from({ length: connections }, connect), {
    namespace: "test",
    timeoutMs: 100,
  });
  const settled: string[] = [];
  return {
    settled,
    waits: () => waiting.length,
    /** A caller that has just written. */
    call: async (name: string) => {
      written++;
      barrier().then(
        () => settled.push(name),
        (error: { code: string }) => settled.push(`${name} ${error.code}`),
      );
      await vi.advanceTimersByTimeAsync(0);
    },
    flush: async () => {
      for (const { resolve } of waiting.splice(0)) resolve([1, 0]);
      await vi.advanceTimersByTimeAsync(0);
    },
    fail: async (answer: number[] | Error) => {
      for (const { resolve, reject } of waiting.splice(0))
        if (answer instanceof Error) reject(answer);
        else resolve(answer);
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

test("no caller is vouched for by a wait that began before it came", async () => {
  const { call, flush, settled, waits } = setup();
  await call("a");
  await call("b");
  await flush();
  expect(settled).toEqual(["a"]);
  expect(waits()).toBe(1);
  await flush();
  expect(settled).toEqual(["a", "b"]);
});

test("with all connections in a wait, callers gather for the first that is free", async () => {
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

test("no confirmation in time, or none at all, is an unavailable queue, and the next caller tries again", async () => {
  const { call, fail, flush, settled } = setup(1);
  await call("a");
  await fail([0, 0]);
  await call("b");
  await fail(new Error("Connection is closed."));
  await call("c");
  await flush();
  expect(settled).toEqual(["a ERR_QUEUE_UNAVAILABLE", "b ERR_QUEUE_UNAVAILABLE", "c"]);
});
