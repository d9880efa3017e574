// What the embedded server leaves to SQLite of a search gives what a scan gives.

import { type Collection, type Filter, MongoClient } from "mongodb";
import { afterAll, expect, inject, test } from "vitest";
import { testNamespace } from "../src/index.ts";

interface Doc {
  _id: string;
  state: string;
  paused?: string;
}

const client = new MongoClient(inject("mongodbUrl"));
const db = client.db(testNamespace());

afterAll(async () => {
  await db.dropDatabase();
  await client.close();
});

async function filled(docs: Doc[]): Promise<Collection<Doc>> {
  const collection = db.collection<Doc>(testNamespace());
  await collection.insertMany(docs);
  return collection;
}

test("a regular expression finds what a scan finds, for any case and characters", async () => {
  const texts = [
    "Kran 7",
    "kRAN_7",
    "\u212Aran 7",
    "K%an 7",
    'a"kran',
    "a\\kran",
    "<kran>",
    "Größe",
    "GRÖSSE",
    "ſtraße",
    "é",
    "",
  ];
  const docs = texts.map((text, index) => ({ _id: `${index}-${encodeURIComponent(text)}`, state: text }));
  const collection = await filled(docs);
  const patterns = [
    "kran",
    "ran 7",
    "k.an",
    "_7",
    "%an",
    '"kr',
    "\\\\kr",
    "<kran>",
    "größ",
    "STRA",
    "^k",
    "7$",
    "(kran|é)",
    "kran?",
    "",
    "é",
  ];
  for (const $regex of patterns)
    for (const $options of ["", "i"]) {
      const wanted = new RegExp($regex, `${$options}u`);
      const ids = async (filter: Filter<Doc>) =>
        (await collection.find(filter).toArray()).map(({ _id }) => _id).toSorted();
      const those = docs.filter(({ state }) => wanted.test(state)).map(({ _id }) => _id);
      const byId = docs.filter(({ _id }) => wanted.test(_id)).map(({ _id }) => _id);
      const state = { $regex, $options };
      expect([$regex, $options, await ids({ state })]).toEqual([$regex, $options, those.toSorted()]);
      expect([$regex, $options, await ids({ $or: [{ state }, { paused: state }] })]).toEqual([
        $regex,
        $options,
        those.toSorted(),
      ]);
      const _id = { $gte: "", ...state };
      expect([$regex, $options, await ids({ _id: _id as never })]).toEqual([
        $regex,
        $options,
        byId.toSorted(),
      ]);
    }
});

test("a count up to a limit is the lesser of the two", async () => {
  const collection = await filled(Array.from({ length: 30 }, (_, i) => ({ _id: `a/${i}`, state: "active" })));
  const filter = { _id: { $gte: "a/", $lt: "a0" } } as Filter<Doc>;
  expect(await collection.countDocuments(filter, { limit: 7 })).toBe(7);
  expect(await collection.countDocuments(filter, { limit: 70 })).toBe(30);
});

test("several bounds on one side, and documents that are skipped, give what a scan gives", async () => {
  const ids = Array.from({ length: 30 }, (_, i) => `a/${String(i).padStart(2, "0")}`);
  const collection = await filled(ids.map((_id, i) => ({ _id, state: i % 3 === 0 ? "active" : "paused" })));
  const found = async (_id: object, skip = 0, more: Filter<Doc> = {}) =>
    (
      await collection
        .find({ _id, ...more } as Filter<Doc>)
        .sort({ _id: 1 })
        .skip(skip)
        .limit(5)
        .toArray()
    ).map((doc) => doc._id);
  expect(await found({ $gte: "a/", $gt: "a/04", $lt: "a0", $lte: "a/07" })).toEqual(ids.slice(5, 8));
  expect(await found({ $gt: "a/04", $gte: "a/06", $lte: "a/09", $lt: "a/09" })).toEqual(ids.slice(6, 9));
  expect(await found({ $gte: "a/04", $gt: "a/04", $lt: "a/06", $lte: "a/06" })).toEqual(ids.slice(5, 6));
  expect(await found({ $gte: "a/", $lt: "a0" }, 20)).toEqual(ids.slice(20, 25));
  expect(await found({ $gte: "a/", $lt: "a0" }, 28)).toEqual(ids.slice(28));
  expect(await found({ $gte: "a/", $lt: "a0" }, 31)).toEqual([]);
  const active = ids.filter((_, i) => i % 3 === 0);
  expect(await found({ $gte: "a/" }, 4, { state: "active" })).toEqual(active.slice(4, 9));
  expect(await found({ $gte: "a/" }, 4, { state: { $regex: "^act" } })).toEqual(active.slice(4, 9));
});
