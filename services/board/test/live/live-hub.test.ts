import { setTimeout as sleep } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { html } from "../../src/html/html.ts";
import { createLiveHub, type Topic } from "../../src/live/live-hub.ts";

const everyMs = 5;

function setup() {
  const hub = createLiveHub({ everyMs });
  const state = { value: 0, reads: 0, broken: false };
  const topic: Topic<number> = {
    key: "/",
    async read() {
      state.reads += 1;
      if (state.broken) throw new Error("away");
      return state.value;
    },
    render: (value, role) => [
      { id: "value", html: html`<b>${value}</b>` },
      { id: "role", html: html`${role}` },
    ],
  };
  const watch = (role: "viewer" | "operator") => {
    const sent: { id: string; html: string }[] = [];
    const failures: unknown[] = [];
    const stop = hub.watch(topic, {
      role,
      send: (changed) => sent.push(...changed),
      fail: (error) => failures.push(error),
    });
    return { sent, failures, stop };
  };
  return { hub, state, watch };
}

test("a watcher gets everything once, and then only what changed", async () => {
  const { hub, state, watch } = setup();
  const { sent } = watch("viewer");
  await vi.waitFor(() => expect(state.reads).toBeGreaterThan(3), { timeout: 20_000 });
  expect(sent).toEqual([
    { id: "value", html: "<b>0</b>" },
    { id: "role", html: "viewer" },
  ]);
  state.value = 1;
  await vi.waitFor(() => expect(sent).toHaveLength(3), { timeout: 20_000 });
  expect(sent[2]).toEqual({ id: "value", html: "<b>1</b>" });
  hub.close();
});

test("all watchers of a topic share its reads, each with the markup of their role", async () => {
  const { hub, state, watch } = setup();
  const watchers = [watch("viewer"), watch("operator"), ...Array.from({ length: 48 }, () => watch("viewer"))];
  await vi.waitFor(() => expect(watchers.every(({ sent }) => sent.length === 2)).toBe(true), {
    timeout: 20_000,
  });
  expect(state.reads).toBeLessThan(watchers.length);
  expect(watchers.map(({ sent }) => sent[1]?.html).slice(0, 3)).toEqual(["viewer", "operator", "viewer"]);
  hub.close();
});

test("the reads end with the last watcher, and begin again with the next", async () => {
  const { hub, state, watch } = setup();
  const [one, two] = [watch("viewer"), watch("viewer")];
  await vi.waitFor(() => expect(two.sent).toHaveLength(2), { timeout: 20_000 });
  one.stop();
  two.stop();
  await sleep(3 * everyMs);
  const { reads } = state;
  await sleep(5 * everyMs);
  expect(state.reads).toBe(reads);
  const { sent } = watch("viewer");
  await vi.waitFor(() => expect(sent).toHaveLength(2), { timeout: 20_000 });
  hub.close();
});

test("a failed read is reported, and changes made meanwhile are sent afterwards", async () => {
  const { hub, state, watch } = setup();
  const { sent, failures } = watch("viewer");
  await vi.waitFor(() => expect(sent).toHaveLength(2), { timeout: 20_000 });
  state.broken = true;
  await vi.waitFor(() => expect(failures.length).toBeGreaterThan(0), { timeout: 20_000 });
  state.value = 7;
  state.broken = false;
  await vi.waitFor(() => expect(sent.at(-1)).toEqual({ id: "value", html: "<b>7</b>" }), { timeout: 20_000 });
  hub.close();
});
