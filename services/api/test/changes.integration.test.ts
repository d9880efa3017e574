import { inBackground } from "@fleetkeeper/test-worlds";
import { expect, test } from "vitest";
import { setup } from "./world.ts";
import { installationId, syncId, writePass } from "./write-pass.ts";

type Entry = {
  type: "changes" | "gap";
  accountId: string;
  app: string;
  resource: string | null;
  changes: { id: string; kind: string; data: unknown }[];
};

async function world() {
  const made = await setup();
  const { key } = await made.makeKey(["records:read"]);
  let passes = 0;
  const begunAtMs = Date.now();
  return {
    ...made,
    key,
    /** A pass of the account's assets, each a second after the one before. */
    write: (records: Record<string, unknown>) =>
      writePass(made.store, records, new Date(begunAtMs + ++passes * 1_000)),
    async changes(query: string): Promise<{ entries: Entry[]; next: string }> {
      const answer = await made.ask(key, `/v1/changes?${query}`);
      expect(answer.status).toBe(200);
      return answer.json();
    },
  };
}

const kindsOf = (entries: Entry[]) =>
  entries.flatMap(({ changes }) => changes.map(({ id, kind }) => `${kind} ${id}`)).sort();

test("each consumer gets each change once it is confirmed, and again what it did not confirm", async () => {
  const { write, changes } = await world();
  await write({ a: { n: 1 }, b: { n: 1 } });
  const first = await changes("consumer=one");
  expect(kindsOf(first.entries)).toEqual(["created a", "created b"]);
  expect(first.entries[0]).toMatchObject({
    type: "changes",
    accountId: "1",
    app: "@a/b",
    resource: "assets",
  });
  // The answer was lost.
  expect(kindsOf((await changes("consumer=one")).entries)).toEqual(["created a", "created b"]);
  await write({ a: { n: 2 }, b: { n: 1 } });
  const second = await changes(`consumer=one&after=${first.next}`);
  expect(kindsOf(second.entries)).toEqual(["updated a"]);
  const third = await changes(`consumer=one&after=${second.next}`);
  expect(third.entries).toEqual([]);
  expect((await changes("consumer=one")).entries).toEqual([]);
  expect(kindsOf((await changes("consumer=two")).entries)).toEqual(["created a", "created b", "updated a"]);
});

test("an answer holds no more entries than requested, and the next continues after them", async () => {
  const { write, changes } = await world();
  for (let n = 0; n < 5; n++) await write({ a: { n } });
  const seen: unknown[] = [];
  let after = "";
  for (let answers = 0; answers < 3; answers++) {
    const { entries, next } = await changes(`consumer=one&limit=2${after}`);
    expect(entries.length).toBeLessThanOrEqual(2);
    seen.push(...entries.flatMap((entry) => entry.changes.map(({ data }) => data)));
    after = `&after=${next}`;
  }
  expect(seen).toEqual([0, 1, 2, 3, 4].map((n) => ({ n })));
});

test("a waiting answer is sent with the next change", async () => {
  const { write, changes } = await world();
  await write({ a: { n: 1 } });
  const { next } = await changes("consumer=one");
  const waiting = inBackground(changes(`consumer=one&wait=30&after=${next}`));
  await write({ a: { n: 2 } });
  expect(kindsOf((await waiting).entries)).toEqual(["updated a"]);
});

test("a gap is a separate entry, comes with the entry after it, and is not reported again once it is confirmed", async () => {
  const { write, changes, db } = await world();
  await write({ a: { n: 1 } });
  await write({ a: { n: 2 } });
  await write({ a: { n: 3 } });
  const [oldest] = await db.collection<{ _id: string }>("changes").find().sort({ _id: 1 }).limit(1).toArray();
  await db.collection<{ _id: string }>("changes").deleteOne({ _id: oldest?._id ?? "" });
  const first = await changes("consumer=one&limit=1");
  expect(first.entries.map(({ type }) => type)).toEqual(["gap", "changes"]);
  expect(first.entries[0]).toMatchObject({ accountId: "1", resource: "assets" });
  const second = await changes(`consumer=one&limit=1&after=${first.next}`);
  expect(second.entries.map(({ type }) => type)).toEqual(["changes"]);
});

test("an invalid cursor, or that of another consumer or key, is refused and confirms nothing", async () => {
  const { write, changes, ask, key, makeKey, store } = await world();
  await write({ a: { n: 1 } });
  const { next } = await changes("consumer=one");
  const bound = await makeKey(["records:read"], "@other/app");
  for (const [one, query] of [
    [key, `consumer=two&after=${next}`],
    [bound.key, `consumer=one&after=${next}`],
    [key, "consumer=one&after=abc"],
    [key, "consumer=o.ne"],
  ] as const)
    expect((await ask(one, `/v1/changes?${query}`)).json().code, query).toBe("ERR_REQUEST_INVALID");
  expect((await ask(bound.key, "/v1/changes?consumer=one")).json().entries).toEqual([]);
  const sync = await store.syncs.find(syncId);
  if (sync === null) throw new Error(`${installationId} has a sync`);
  let unread = 0;
  for await (const _ of store.feed.unread("api-one", sync)) unread += 1;
  expect(unread).toBe(1);
});
