import { expect, test, vi } from "vitest";
import { type FeedEntry, followChanges } from "../src/index.ts";
import { at, pageOf, scopeOf, setup, startedRun, swept } from "./world.ts";

async function following(
  handle: (entry: FeedEntry) => Promise<void>,
  feed: Parameters<typeof followChanges>[0]["feed"],
) {
  const stop = new AbortController();
  const done = followChanges({
    feed,
    consumer: "test",
    handle,
    onError: () => undefined,
    pollMs: 10,
    signal: stop.signal,
  });
  return async () => {
    stop.abort();
    await done;
  };
}

test("a consumer gets every change in order, with the fields that differ, and goes on where it stopped", async () => {
  const { store } = await setup();
  const { scope } = await startedRun(store);
  const seen: unknown[] = [];
  const handle = async ({ changes }: FeedEntry) =>
    void seen.push(...changes.map(({ externalId, kind, fields }) => ({ externalId, kind, fields })));
  await store.records.writePage(scope, pageOf(0, { a: { x: 1, y: 1 }, b: { x: 1 } }), at(1));
  let stop = await following(handle, store.feed);
  await vi.waitFor(() => expect(seen).toHaveLength(2));
  await stop();

  await store.records.writePage(scope, pageOf(1, { a: { x: 1, y: 2, z: 3 } }), new Date());
  await swept(store, scopeOf(scope.fencingToken, "p2"), 2, new Date());
  stop = await following(handle, store.feed);
  await vi.waitFor(() => expect(seen).toHaveLength(5));
  await stop();
  expect(seen).toEqual([
    { externalId: "a", kind: "created", fields: ["x", "y"] },
    { externalId: "b", kind: "created", fields: ["x"] },
    { externalId: "a", kind: "updated", fields: ["y", "z"] },
    { externalId: "a", kind: "deleted", fields: [] },
    { externalId: "b", kind: "deleted", fields: [] },
  ]);
});

test("an entry whose handling failed is given again, and the ones behind it wait", async () => {
  const { store } = await setup();
  const { scope } = await startedRun(store);
  await store.records.writePage(scope, pageOf(0, { a: 1 }), new Date());
  await store.records.writePage(scope, pageOf(1, { b: 1 }), new Date());
  const seen: string[] = [];
  let failures = 2;
  const stop = await following(async ({ changes }) => {
    if (failures-- > 0) throw new Error("not now");
    seen.push(...changes.map(({ externalId }) => externalId));
  }, store.feed);
  await vi.waitFor(() => expect(seen).toEqual(["a", "b"]));
  await stop();
});
