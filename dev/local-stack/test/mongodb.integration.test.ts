// What the store needs of MongoDB, asked of whatever server this machine has.

import { describe, expect, test } from "vitest";
import { docs, duplicateKey, ids } from "./fresh-collection.ts";

const times = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));

describe("conditional writes", () => {
  test("an upsert sets $setOnInsert once", async () => {
    for (const seen of [1, 2]) {
      await docs.updateOne({ _id: "a" }, { $set: { seen }, $setOnInsert: { first: seen } }, { upsert: true });
    }
    expect(await docs.findOne()).toEqual({ _id: "a", seen: 2, first: 1 });
  });

  test("an upsert on a condition that the stored document fails is a duplicate key", async () => {
    await docs.insertOne({ _id: "a", generation: 5 });
    const install = (generation: number) =>
      docs.updateOne(
        { _id: "a", generation: { $lt: generation } },
        { $set: { generation } },
        { upsert: true },
      );

    await expect(install(4)).rejects.toThrow(duplicateKey);
    await expect(install(5)).rejects.toThrow(duplicateKey);
    await install(6);
    expect(await docs.findOne()).toEqual({ _id: "a", generation: 6 });
  });

  test("findOneAndUpdate returns the document after, or null when none matches", async () => {
    await docs.insertOne({ _id: "a", fence: 1 });
    const take = (fence: number) =>
      docs.findOneAndUpdate({ _id: "a", fence }, { $inc: { fence: 1 } }, { returnDocument: "after" });

    expect(await take(1)).toEqual({ _id: "a", fence: 2 });
    expect(await take(1)).toBeNull();
  });

  test("of 50 claims at the same time exactly one wins, every time", async () => {
    for (const _id of times(5, (i) => `d${i}`)) {
      await docs.insertOne({ _id, lease: null });
      const claim = (owner: number) =>
        docs.findOneAndUpdate(
          { _id, lease: null },
          { $set: { lease: { owner } } },
          { returnDocument: "after" },
        );
      const won = (await Promise.all(times(50, claim))).filter(Boolean);
      expect(won).toEqual([await docs.findOne({ _id })]);
    }
  });

  test("of 20 upserts at the same time exactly one inserts", async () => {
    const upserts = await Promise.allSettled(
      times(20, (i) => docs.updateOne({ _id: "a" }, { $setOnInsert: { i } }, { upsert: true })),
    );
    const inserted = upserts.filter((u) => u.status === "fulfilled" && u.value.upsertedCount === 1);
    expect(inserted).toHaveLength(1);
  });

  test("200 increments at the same time add up, and no field gets lost", async () => {
    await docs.insertOne({ _id: "a", n: 0 });
    await Promise.all(
      times(200, (i) => docs.updateOne({ _id: "a" }, { $inc: { n: 1 }, $set: { [`f${i}`]: i } })),
    );
    const stored = await docs.findOne();
    expect(stored?.n).toBe(200);
    expect(Object.keys(stored ?? {})).toHaveLength(202);
  });
});

describe("indexes", () => {
  test("a unique index refuses an insert, an update and an upsert", async () => {
    await docs.createIndex({ account: 1, app: 1 }, { unique: true });
    await docs.insertMany([
      { _id: "a", account: "x", app: "1" },
      { _id: "b", account: "x", app: "2" },
    ]);
    const same = { account: "x", app: "1" };
    await expect(docs.insertOne({ _id: "c", ...same })).rejects.toThrow(duplicateKey);
    await expect(docs.updateOne({ _id: "b" }, { $set: same })).rejects.toThrow(duplicateKey);
    await expect(docs.findOneAndUpdate({ _id: "b" }, { $set: same })).rejects.toThrow(duplicateKey);
    await expect(docs.updateOne({ _id: "c" }, { $set: same }, { upsert: true })).rejects.toThrow(
      duplicateKey,
    );
  });

  test("making an index again does nothing", async () => {
    for (let i = 0; i < 2; i++)
      await docs.createIndex({ "lease.expiresAt": 1, nextRunAt: -1 }, { name: "due" });
    expect((await docs.listIndexes().toArray()).map((index) => index.name)).toEqual(["_id_", "due"]);
  });
});

describe("queries", () => {
  test("dates, dotted paths, $unset, $in, $exists and null", async () => {
    const at = (s: number) => new Date(Date.UTC(2030, 0, 1, 0, 0, s));
    await docs.insertMany(
      times(5, (i) => ({ _id: `s${i}`, nextRunAt: at(i), lease: { owner: `w${i}`, expiresAt: at(i) } })),
    );
    await docs.updateOne({ _id: "s0" }, { $unset: { "lease.owner": "" } });
    await docs.updateOne({ _id: "s1" }, { $unset: { lease: "" } });
    await docs.updateOne({ _id: "s2" }, { $set: { lease: null, "wait.for.reason": "quota" } });

    expect(await ids({ nextRunAt: { $lte: at(1) } })).toEqual(["s0", "s1"]);
    expect(await ids({ "lease.expiresAt": { $lt: at(4), $gt: at(0) } })).toEqual(["s3"]);
    expect(await ids({ "lease.owner": { $in: ["w3", "w4"] } })).toEqual(["s3", "s4"]);
    expect(await ids({ "lease.owner": { $exists: false } })).toEqual(["s0", "s1", "s2"]);
    expect(await ids({ lease: null })).toEqual(["s1", "s2"]);
    expect(await ids({ $or: [{ lease: null }, { "lease.expiresAt": { $lte: at(3) } }] })).toEqual([
      "s0",
      "s1",
      "s2",
      "s3",
    ]);
    expect((await docs.findOne({ _id: "s2" }))?.wait).toEqual({ for: { reason: "quota" } });
    expect((await docs.findOne({ _id: "s3" }))?.nextRunAt).toEqual(at(3));
  });

  test("sort, limit, skip, projection and countDocuments", async () => {
    await docs.insertMany(
      times(30, (i) => ({ _id: `d${i}`, group: i % 3, rank: 30 - i, kept: { x: i, y: i } })),
    );
    const found = await docs
      .find({ group: 1 }, { projection: { rank: 1, "kept.x": 1 } })
      .sort({ rank: 1, _id: 1 })
      .skip(1)
      .limit(2)
      .toArray();
    expect(found).toEqual([
      { _id: "d25", rank: 5, kept: { x: 25 } },
      { _id: "d22", rank: 8, kept: { x: 22 } },
    ]);
    expect(await docs.countDocuments({ group: 1, rank: { $gt: 10 } })).toBe(7);
    expect(await docs.countDocuments()).toBe(30);
  });

  test("a cursor goes through more documents than fit one batch while they are written", async () => {
    await docs.insertMany(times(500, (i) => ({ _id: `d${String(i).padStart(3, "0")}` })));
    let seen = 0;
    for await (const { _id } of docs.find({}, { batchSize: 50 })) {
      await docs.updateOne({ _id }, { $set: { seen: true } });
      seen += 1;
    }
    expect(seen).toBe(500);
    expect(await docs.countDocuments({ seen: true })).toBe(500);
  });

  test("an _id is found by value, list and range, with any characters", async () => {
    const odd = [
      "",
      '"',
      "\\",
      "<",
      ">",
      "&",
      "\u0001",
      "\u2028",
      "\u2029",
      "é",
      "😀",
      "]",
      "[",
      "^",
      "{",
      "~",
      "-",
      "Z",
      "a",
      "1",
    ];
    const all = [
      ...new Set(
        odd.flatMap((x) => ["", "a", "Z~", "i-1~"].flatMap((p) => [p + x, `${p}${x}a`, `${p + x}~`])),
      ),
    ];
    await docs.insertMany(all.filter(Boolean).map((_id) => ({ _id })));
    const order = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
    const stored = all.filter(Boolean).sort(order);

    const bounds = stored.filter((_, i) => i % 5 === 0).concat("i-1~", "i-1~~", "a", "b", "Z");
    for (const [i, from] of bounds.entries()) {
      const to = bounds[(i * 7 + 3) % bounds.length] ?? "";
      const expected = (keep: (id: string) => boolean) => stored.filter(keep).sort();
      const found = async (filter: object) => (await ids(filter)).sort();
      expect(await found({ _id: { $gte: from } })).toEqual(expected((id) => order(id, from) >= 0));
      expect(await found({ _id: { $lt: to } })).toEqual(expected((id) => order(id, to) < 0));
      expect(await found({ _id: { $gt: from, $lte: to } })).toEqual(
        expected((id) => order(id, from) > 0 && order(id, to) <= 0),
      );
    }
    expect((await ids({ _id: { $in: stored } })).length).toBe(stored.length);
    expect(await ids({ _id: { $in: [] } })).toEqual([]);
    for (const id of stored) expect(await docs.countDocuments({ _id: id, x: { $exists: false } })).toBe(1);
  });
});

test("a document of a foreign API is returned unchanged", async () => {
  const data = {
    geometry: {
      type: "Polygon",
      coordinates: [
        [
          [8.1, 47.2],
          [8, 47],
        ],
        [],
      ],
    },
    "dotted.key": { $ref: "x", "": null },
    list: [1, 1.5, -0.25, 2 ** 40, "é\u0000😀", true, null, {}, [], [[{ a: [] }]]],
  };
  await docs.insertOne({ _id: "a", data });
  expect((await docs.findOne())?.data).toEqual(data);
  await docs.updateOne({ _id: "a" }, { $set: { data: { ...data, more: [[1]] } } });
  expect((await docs.findOne())?.data).toEqual({ ...data, more: [[1]] });
});
