import { installationIdOf } from "@fleetkeeper/model";
import { inBackground } from "@fleetkeeper/test-worlds";
import type { Db } from "mongodb";
import { expect, test, vi } from "vitest";
import { patient, setup } from "./world.ts";
import { installationId, writePass } from "./write-pass.ts";

/** Set it to 20 000 for the full bar. */
const changing = Number(process.env.CHANGING_RECORDS ?? 1_200);
/** Set it to 100 000 to see that an export's memory does not grow with it. */
const exported = Number(process.env.EXPORTED_RECORDS ?? 2_500);
const at = new Date("2026-01-01T00:00:00Z");

type Row = {
  accountId: string;
  app: string;
  id: string;
  data: Record<string, unknown>;
  deletedAt: string | null;
};

function recordOf(installationId: string, externalId: string, data: unknown, more: object = {}) {
  const fixed = {
    installationId,
    externalId,
    hash: "",
    fencingToken: 1,
    firstSeenAt: at,
    updatedAt: at,
    deletedAt: null,
  };
  return { _id: `${installationId}/${externalId}`, ...fixed, data, ...more };
}

async function insert(db: Db, records: readonly ReturnType<typeof recordOf>[]) {
  await db.collection("things").insertMany(records as never);
}

const nameOf = (n: number) => `r${String(n).padStart(6, "0")}`;

test("an account's records are read by page, by id and by field, with deleted ones on request, as the sync read them", async () => {
  const { ask, makeKey, startWorker, installedAccount, installationIdOf, store, db } = await setup();
  await startWorker();
  const account = await installedAccount({ assets: 5 });
  const id = installationIdOf(account);
  await vi.waitFor(async () => expect(await store.records.count("assets", id)).toBe(5), patient);
  const { key } = await makeKey(["records:read"]);
  const path = `/v1/accounts/${account.accountId}/records/assets`;
  const rows: Row[] = [];
  for (let after: string | null = ""; after !== null; ) {
    const page = (await ask(key, `${path}?limit=2${after && `&after=${after}`}`)).json();
    expect(page.records.length).toBeLessThanOrEqual(2);
    rows.push(...page.records);
    after = page.next;
  }
  expect(rows).toHaveLength(5);
  expect(new Set(rows.map((row) => row.accountId))).toEqual(new Set([account.accountId]));
  const [first, second] = rows;
  const two = (await ask(key, `${path}?ids=${first?.id}&ids=${second?.id}&ids=none&fields=name`)).json();
  expect(two.records.map((row: Row) => [row.id, row.data])).toEqual(
    [first, second].map((row) => [row?.id, { name: row?.data.name }]),
  );
  const deletedAt = new Date();
  await db
    .collection("assets")
    .updateOne({ externalId: first?.id }, { $set: { deletedAt, updatedAt: deletedAt } });
  const counts = await Promise.all(
    ["", "?deleted=include", "?deleted=only", `?changedSince=${deletedAt.toISOString()}&deleted=include`].map(
      async (query) => (await ask(key, path + query)).json().records.length,
    ),
  );
  expect(counts).toEqual([4, 5, 1, 1]);
});

test("a key sees the records of its own app's accounts only, and bad requests say what is wrong", async () => {
  const { ask, makeKey, db } = await setup();
  const mine = installationIdOf("@mine/app", "a");
  await insert(db, [
    recordOf(mine, "1", {}),
    recordOf(installationIdOf("@mine/app2", "a"), "2", {}),
    recordOf(installationIdOf("@theirs/app", "b"), "3", {}),
  ]);
  const all = await makeKey(["records:read"]);
  const bound = await makeKey(["records:read"], "@mine/app");
  const idsSeen = async (key: string, query = "") =>
    (await ask(key, `/v1/records/things${query}`)).json().records.map(({ id }: Row) => id);
  expect(await idsSeen(all.key)).toEqual(["1", "2", "3"]);
  expect(await idsSeen(all.key, "?app=@theirs/app")).toEqual(["3"]);
  expect(await idsSeen(bound.key)).toEqual(["1"]);
  expect(await idsSeen(all.key, "?ids=1&ids=3&ids=4")).toEqual(["1", "3"]);
  expect(await idsSeen(bound.key, "?ids=1&ids=3")).toEqual(["1"]);
  // Another key's cursor leads out of nothing.
  const { next } = (await ask(all.key, "/v1/records/things?limit=2")).json();
  expect(await idsSeen(bound.key, `?after=${next}`)).toEqual([]);
  for (const query of [
    "records/installations",
    "records/Things",
    "records/things?after=x",
    "records/things?after=W10",
    "records/things?fields=$x",
    "records/things?fields=a..b",
    "records/things?fields=a.",
    "records/things?changedsince=2026-01-01T00:00:00Z",
  ])
    expect((await ask(all.key, `/v1/${query}`)).json().code, query).toBe("ERR_REQUEST_INVALID");
  const { key } = await makeKey(["accounts:read"]);
  expect((await ask(key, "/v1/records/things")).status).toBe(403);
});

test(
  "paging while records are written neither skips nor repeats a record that exists all the time",
  async () => {
    const { ask, makeKey, db } = await setup();
    const owner = installationIdOf("@a/b", "1");
    const count = changing;
    for (let from = 0; from < count; from += 1_000)
      await insert(
        db,
        Array.from({ length: Math.min(1_000, count - from) }, (_, n) =>
          recordOf(owner, nameOf((from + n) * 10), { version: 0 }),
        ),
      );
    const { key } = await makeKey(["records:read"]);
    let isReading = true;
    const things = db.collection<{ _id: string }>("things");
    const write = async () => {
      for (let n = 0; isReading; n = (n + 7) % count) {
        await things.updateOne({ _id: `${owner}/${nameOf(n * 10)}` }, { $set: { updatedAt: new Date() } });
        const _id = `${owner}/${nameOf(n * 10 + 1)}`;
        const { _id: _, ...fields } = recordOf(owner, nameOf(n * 10 + 1), { version: 1 });
        await things.updateOne({ _id }, { $set: fields }, { upsert: true });
      }
    };
    const writing = inBackground(write());
    const seen: string[] = [];
    const limit = Math.min(500, Math.max(50, changing / 40));
    for (let after: string | null = ""; after !== null; ) {
      const page = (
        await ask(
          key,
          `/v1/records/things?limit=${limit}&changedSince=${at.toISOString()}${after && `&after=${after}`}`,
        )
      ).json();
      seen.push(...page.records.map(({ id }: Row) => id));
      after = page.next;
    }
    isReading = false;
    await writing;
    expect(new Set(seen).size).toBe(seen.length);
    const steady = Array.from({ length: count }, (_, n) => nameOf(n * 10));
    const seenSet = new Set(seen);
    expect(steady.filter((id) => !seenSet.has(id))).toEqual([]);
  },
  changing > 5_000 ? 550_000 : 60_000,
);

test(
  "a client that reads all records while they change, and then the changes, has an exact copy",
  async () => {
    const { ask, makeKey, store } = await setup();
    const { key } = await makeKey(["records:read"]);
    const get = async (path: string) => (await ask(key, path)).json();
    const count = changing / 4;
    const truth = Object.fromEntries(
      Array.from({ length: count }, (_, n) => [nameOf(n * 10), { version: 0 }]),
    );
    const beganAtMs = Date.now();
    const write = (pass: number) => writePass(store, truth, new Date(beganAtMs + pass * 1_000));
    await write(0);
    const copy = new Map<string, unknown>();
    let { next: position } = await get("/v1/changes?consumer=copy&limit=1");

    // Half of them change in each pass, and some arrive between.
    const writing = inBackground(
      (async () => {
        for (let pass = 1; pass <= 8; pass++) {
          for (let n = pass % 2; n < count; n += 2) truth[nameOf(n * 10)] = { version: pass };
          for (let n = pass; n < count; n += 50) truth[nameOf(n * 10 + pass)] = { version: pass };
          await write(pass);
        }
      })(),
    );
    for (let after: string | null = ""; after !== null; ) {
      const page = await get(`/v1/records/assets?limit=${count / 10}${after && `&after=${after}`}`);
      for (const { id, data } of page.records as Row[]) copy.set(id, data);
      after = page.next;
    }
    await writing;
    for (let idle = 0; idle < 2; ) {
      const { entries, next } = await get(`/v1/changes?consumer=copy&after=${position}`);
      for (const { changes } of entries) for (const { id, data } of changes) copy.set(id, data);
      position = next;
      idle = entries.length === 0 ? idle + 1 : 0;
    }
    expect(await store.records.count("assets", installationId)).toBe(copy.size);
    expect(Object.fromEntries([...copy].sort())).toEqual(Object.fromEntries(Object.entries(truth).sort()));
  },
  changing > 5_000 ? 550_000 : 60_000,
);

test(
  "an export is lines of JSON, each record once, from the given place",
  async () => {
    const { ask, makeKey, db, url } = await setup();
    const owner = installationIdOf("@a/b", "1");
    const filler = "x".repeat(500);
    for (let from = 0; from < exported; from += 1_000)
      await insert(
        db,
        Array.from({ length: Math.min(1_000, exported - from) }, (_, n) =>
          recordOf(owner, nameOf(from + n), { filler }),
        ),
      );
    const { key } = await makeKey(["records:read"]);
    const exportFrom = async (query: string, first: number) => {
      const headers = { accept: "application/x-ndjson", authorization: `Bearer ${key}` };
      const answer = await fetch(`${url}/v1/records/things${query}`, { headers });
      expect(answer.headers.get("content-type")).toBe("application/x-ndjson");
      let [rest, next] = ["", first];
      const mostMiB: number[] = [];
      const decoder = new TextDecoder();
      for await (const chunk of answer.body ?? []) {
        const lines = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) if (JSON.parse(line).id === nameOf(next)) next += 1;
        const tenth = Math.min(9, Math.floor((10 * next) / exported));
        mostMiB[tenth] = Math.max(mostMiB[tenth] ?? 0, Math.round(process.memoryUsage().rss / 2 ** 20));
      }
      expect([next, rest]).toEqual([exported, ""]);
      return mostMiB;
    };
    const mostMiB = await exportFrom("", 0);
    if (exported > 50_000) {
      console.log(JSON.stringify({ exported, mostMiBInEachTenth: mostMiB }));
      // All of them are 60 MB of text.
      expect(Math.max(...mostMiB.slice(5)) - Math.max(...mostMiB.slice(0, 5))).toBeLessThan(40);
    }
    const { next: after } = (await ask(key, "/v1/records/things?limit=500")).json();
    await exportFrom(`?after=${after}`, 500);
  },
  exported > 10_000 ? 550_000 : 60_000,
);
