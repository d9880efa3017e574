import { startMongoProxy } from "@fleetkeeper/local-stack";
import { expect, onTestFinished, test } from "vitest";
import { openStore } from "../src/index.ts";
import { setup } from "./world.ts";

test("a store has all its indexes after it was opened", async () => {
  const { store } = await setup();
  expect(await store.inspect()).toEqual({
    server: expect.stringMatching(/^(FerretDB, which answers as )?MongoDB \d/),
    serverTime: expect.any(Date),
    missingIndexes: [],
  });
});

test("a missing index is named, and opening the store read-only does not make it again", async () => {
  const { store, db, mongodbUrl } = await setup();
  await db.collection("syncs").dropIndex("nextRunAt_1");
  const looking = await openStore({ mongodbUrl, indexes: "leave" });
  expect((await looking.inspect()).missingIndexes).toEqual(["syncs (nextRunAt)"]);
  await looking.close();
  expect((await store.inspect()).missingIndexes).toEqual(["syncs (nextRunAt)"]);
});

test("indexes that take longer to build than any other operation may are waited for", async () => {
  const { db, mongodbUrl } = await setup();
  await db.collection("syncs").dropIndex("nextRunAt_1");
  const proxy = await startMongoProxy(mongodbUrl);
  onTestFinished(() => proxy.close());
  const built = Promise.withResolvers<void>();
  // More than once: MongoDB builds on when whoever asked for it is gone.
  proxy.add({
    ...{ command: "createIndexes", collection: "syncs", when: "before", times: 2 },
    fault: { holdUntil: built.promise },
  });
  const opened = await openStore({ mongodbUrl: proxy.url, timeoutMs: 500, onSlowIndexes: built.resolve });
  onTestFinished(() => opened.close());
  expect((await opened.inspect()).missingIndexes).toEqual([]);
});

test("in a database that was never opened all indexes are missing", async () => {
  const { store, db } = await setup();
  await db.dropDatabase();
  expect((await store.inspect()).missingIndexes).toHaveLength(36);
});
