// What our own collections hold at most, where it is not a test of its own subject; docs/operations.md names
// the test of each.

import { readdir, readFile } from "node:fs/promises";
import { type InstallationId, ownCollections } from "@fleetkeeper/model";
import { expect, test } from "vitest";
import { maxApiKeys } from "../src/api-keys.ts";
import { maxSetAside } from "../src/run/set-aside.ts";
import { bounds, tidy } from "../src/run/tidy.ts";
import { pass, startedRun } from "./runs.ts";
import { at, how, installationId, installOf, promote, putInForce, setup, syncId } from "./world.ts";

const numbered = <Result>(count: number, make: (index: number) => Result) =>
  Array.from({ length: count }, (_, index) => make(index));
const textOf = (index: number) => String(index).padStart(12, "0");

test("the newest entries of a feed are kept, and none for longer than a week", async () => {
  const { db } = await setup();
  const entries = db.collection<{ _id: string; at: Date }>("changes");
  const { count, ms } = bounds.changes;
  await entries.insertMany(
    numbered(count + 50, (index) => ({ _id: `${syncId}/${textOf(index)}`, at: at(index) })),
  );
  await tidy(db, syncId, at(count));
  expect(await entries.countDocuments()).toBeLessThanOrEqual(count);
  expect(await entries.findOne({ _id: `${syncId}/${textOf(count + 49)}` })).not.toBeNull();
  await tidy(db, syncId, new Date(at(count + 50).getTime() + ms));
  expect(await entries.countDocuments()).toBe(0);
});

test("a bounded number of items is set aside of each sync, and of each page", async () => {
  const { store, db } = await setup();
  const setAside = numbered(150, (index) => ({
    externalId: `x${index}`,
    item: "y".repeat(9_000),
    reasons: ["z"],
  }));
  await pass(store, at(1), [{ a: 1 }], { pageFields: { setAside } });
  const kept = await store.setAside.of(syncId, 1_000);
  expect(kept).toHaveLength(100);
  expect(Math.max(...kept.map(({ item }) => String(item).length))).toBe(8_000);
  const items = db.collection<{ _id: string }>("setAside");
  await items.insertMany(numbered(maxSetAside, (index) => ({ _id: `${syncId}/more-${textOf(index)}` })));
  await tidy(db, syncId, at(2));
  expect(await items.countDocuments()).toBe(maxSetAside);
});

test("of too many consumers those that confirmed last are known", async () => {
  const { store, db } = await setup();
  await startedRun(store);
  const cursors = db.collection<{ _id: string }>("feedCursors");
  // From a version that did not note when.
  await cursors.insertMany(
    numbered(bounds.feedCursors.count, (index) => ({ _id: `${syncId}/old-${index}` })),
  );
  for (const consumer of ["b", "c", "d"]) await store.feed.confirm(consumer, { syncId, position: "1" });
  await tidy(db, syncId, at(1));
  expect(await cursors.countDocuments()).toBe(bounds.feedCursors.count);
  expect(
    await cursors.countDocuments({ _id: { $in: ["b", "c", "d"].map((one) => `${syncId}/${one}`) } }),
  ).toBe(3);
});

test("there are at most 500 API keys", async () => {
  const { store, db } = await setup();
  const add = (id: string) =>
    store.apiKeys.add({
      ...{ id, hash: "h", name: "n", rights: [], irisAppId: null, createdAt: at(0), createdBy: "w" },
    });
  await db
    .collection<{ _id: string }>("apiKeys")
    .insertMany(numbered(maxApiKeys - 1, (index) => ({ _id: `k${index}` })));
  expect(await add("last")).toBe(true);
  expect(await add("one more")).toBe(false);
  expect(await db.collection("apiKeys").countDocuments()).toBe(maxApiKeys);
});

test("an installation holds a limited number of credentials, even if many come", async () => {
  const { store } = await setup();
  const install = (index: number) => ({ ...installOf(textOf(index)), receivedAt: at(index) });
  for (let index = 0; index < 8; index++) await putInForce(store, install(index));
  for (let index = 10; index < 22; index++) {
    await store.credentials.add(install(index), how);
    await store.credentials.refuse(installationId, install(index).generation, { at: at(index), code: "X" });
  }
  const adding = numbered(7, (index) => store.credentials.add(install(30 + index), how));
  const outcomes = await Promise.allSettled(adding);
  expect(outcomes.filter(({ status }) => status === "rejected")).toHaveLength(2);
  const found = await store.installations.find(installationId);
  const { candidates = [], former = [], refused = [] } = found ?? {};
  expect([candidates.length, former.length, refused.length]).toEqual([5, 5, 10]);
});

test("each has one document after any number of writes: an account's keys, a sync, a service's probe", async () => {
  const { store, db } = await setup();
  const stale = { _id: `5ca1e/${installationId}`, installationId, fingerprintAt: at(0) };
  await db.collection<typeof stale>("accounts").insertOne(stale);
  for (let index = 0; index < 5; index++) {
    const install = { ...installOf(textOf(index)), receivedAt: at(index) };
    await putInForce(store, install);
    await promote(store, install);
    await store.plan(installationId as InstallationId, ["assets", "sites"], at(index));
    await store.proveWrite("worker");
  }
  const counts = await Promise.all(
    ["accounts", "installations", "syncs", "probes"].map((name) => db.collection(name).countDocuments()),
  );
  expect(counts).toEqual([2, 1, 2, 1]);
});

test("docs/operations.md says the bound of each of our collections, and which test fills it", async () => {
  const text = await readFile(new URL("../../../docs/operations.md", import.meta.url), "utf8");
  const [, table = ""] = /\n\| collection .*\n.*\n((?:\|.*\n)+)/.exec(text) ?? [];
  const rows = table
    .trim()
    .split("\n")
    .map((row) => row.split("|").map((cell) => cell.trim()));
  expect(rows.map(([, name = ""]) => name.slice(1, -1))).toEqual([...ownCollections].sort());
  const folder = new URL("./", import.meta.url);
  const files = (await readdir(folder)).filter((name) => name.endsWith(".test.ts"));
  const tests = (await Promise.all(files.map((name) => readFile(new URL(name, folder), "utf8")))).join("\n");
  for (const [, name, , title = ""] of rows)
    expect({ name, has: tests.includes(`test("${title}`) }).toEqual({ name, has: true });
});
