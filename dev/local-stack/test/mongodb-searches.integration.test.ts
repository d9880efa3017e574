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

test("a regular expression finds what a scan finds, whatever the case and the characters", async () => {
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
