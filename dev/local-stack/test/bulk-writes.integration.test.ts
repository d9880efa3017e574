// What the store needs of MongoDB's commands with several updates, asked of whatever server this machine has.

import { MongoBulkWriteError } from "mongodb";
import { expect, test } from "vitest";
import { docs, duplicateKey, ids } from "./fresh-collection.ts";

test("an unordered bulk write writes all but what fails, and says which failed", async () => {
  await docs.insertMany([
    { _id: "old", fence: 9 },
    { _id: "taken", fence: 0 },
  ]);
  const upsert = (_id: string) => ({
    updateOne: { filter: { _id, fence: { $lte: 3 } }, update: { $set: { fence: 3 } }, upsert: true },
  });
  const failure = await docs
    .bulkWrite(
      [
        upsert("old"),
        upsert("new"),
        { insertOne: { document: { _id: "taken" } } },
        upsert("taken"),
        upsert("newer"),
      ],
      { ordered: false },
    )
    .catch((error: unknown) => error);

  expect(failure).toBeInstanceOf(MongoBulkWriteError);
  const { result, writeErrors } = failure as MongoBulkWriteError;
  expect([writeErrors].flat().map((e) => [e.index, e.code])).toEqual(
    expect.arrayContaining([
      [0, 11_000],
      [2, 11_000],
    ]),
  );
  expect(result).toMatchObject({
    upsertedCount: 2,
    matchedCount: 1,
    insertedCount: 0,
  });
  expect(await docs.find().sort({ _id: 1 }).toArray()).toEqual([
    { _id: "new", fence: 3 },
    { _id: "newer", fence: 3 },
    { _id: "old", fence: 9 },
    { _id: "taken", fence: 3 },
  ]);
});

test("each update sees what those before it in the same command wrote", async () => {
  await docs.insertMany([
    { _id: "a", x: 1 },
    { _id: "b", x: 1 },
  ]);
  const { matchedCount, modifiedCount, upsertedCount } = await docs.bulkWrite([
    { updateOne: { filter: { _id: "a", x: 1 }, update: { $inc: { x: 1 } } } },
    { updateOne: { filter: { _id: "a", x: 2 }, update: { $inc: { x: 1 } } } },
    { updateOne: { filter: { _id: "c" }, update: { $set: { x: 1 } }, upsert: true } },
    { updateOne: { filter: { _id: "c", x: 1 }, update: { $set: { x: 5 } } } },
    { updateOne: { filter: { _id: "a", x: 1 }, update: { $set: { x: 9 } } } },
  ]);
  expect([matchedCount, modifiedCount, upsertedCount]).toEqual([3, 3, 1]);
  expect(await docs.find({ _id: { $in: ["a", "c"] } }).toArray()).toEqual([
    { _id: "a", x: 3 },
    { _id: "c", x: 5 },
  ]);
});

test("an update of many that moves them within its index updates each once", async () => {
  await docs.createIndex({ at: 1 });
  await docs.insertMany(Array.from({ length: 300 }, (_, i) => ({ _id: `m-${i}`, at: new Date(i), x: 0 })));
  const later = { $set: { at: new Date(250) }, $inc: { x: 1 } };
  expect((await docs.updateMany({ at: { $lt: new Date(299) } }, later)).modifiedCount).toBe(299);
  expect(await docs.countDocuments({ x: 1 })).toBe(299);
});

test("an ordered one ends at the first that fails", async () => {
  await docs.insertOne({ _id: "a" });
  const upsert = (_id: string) => ({
    updateOne: { filter: { _id, x: 1 }, update: { $set: { y: 1 } }, upsert: true },
  });
  await expect(docs.bulkWrite([upsert("before"), upsert("a"), upsert("after")])).rejects.toThrow(
    duplicateKey,
  );
  expect(await ids({})).toEqual(["a", "before"]);
});
