import { expect, test } from "vitest";
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

test("in a database that was never opened all indexes are missing", async () => {
  const { store, db } = await setup();
  await db.dropDatabase();
  expect((await store.inspect()).missingIndexes).toHaveLength(36);
});
