// Each write of a run through every answer that a real MongoDB may give: the run ends as a failed one, or is
// done; after the runs that follow it the records, the feed and the notes are what they are without it.
// `ANSWERS=all` gives each write each answer; without it each gets one, and each answer is given to some.

import { startMongoProxy } from "@fleetkeeper/local-stack";
import type { Document } from "mongodb";
import { describe, expect, inject, onTestFinished, test } from "vitest";
import { defaultAbsenceRules, openStore, type Run, type Settlement } from "../../src/index.ts";
import { installAccount } from "../acts.ts";
import { followed, liveRecords, pageOf, pass, settlementOf, startedRun } from "../runs.ts";
import { at, installationId, installOf, setup, syncId, type TestStore } from "../world.ts";
import { answers } from "./answers.ts";

const isAll = process.env.ANSWERS === "all";
const resources = ["assets"];
const names = ["assets"];
const setAside = [{ externalId: "odd", item: {}, reasons: ["no name"] }];
/** A day after the passes before it, so that the run tidies. */
const later = (seconds: number) => at(90_000 + seconds);

interface Scenario {
  /** Passes that were there before. */
  before: (store: TestStore) => Promise<unknown>;
  /** The kinds of writes that the run makes, each once at least. */
  writes: [command: string, collection: string][];
}

const scenarios: Record<string, Scenario> = {
  "a pass that finds new, changed and missing records": {
    async before(store) {
      await installAccount(store, installOf("1"), { names, resources, now: at(0) });
      await pass(store, at(1), [{ a: 1, b: 1 }, { c: 1 }], { pageFields: { setAside } });
      await pass(store, at(2), [{ a: 1, b: 1 }, {}]);
    },
    writes: [
      ["findAndModify", "syncs"],
      ["update", "syncs"],
      ["insert", "assets"],
      ["update", "assets"],
      ["update", "changes"],
      ["update", "passPages"],
      ["update", "setAside"],
      ["update", "runs"],
      ["delete", "passPages"],
      ["delete", "setAside"],
      ["delete", "runs"],
      ["delete", "changes"],
    ],
  },
  "the first pass after the account was forgotten": {
    async before(store) {
      await installAccount(store, installOf("1"), { names, resources, now: at(0) });
      await pass(store, at(1), [{ a: 1 }, { c: 1 }]);
      await store.forget(installationId, at(2), resources);
      await installAccount(store, { ...installOf("2"), receivedAt: at(3) }, { names, resources, now: at(3) });
    },
    writes: [
      ["update", "syncs"],
      ["insert", "assets"],
      ["delete", "assets"],
      ["delete", "changes"],
      ["delete", "passPages"],
      ["delete", "runs"],
      ["delete", "setAside"],
    ],
  },
};

async function world({ before }: Scenario) {
  const { store: plain, db, mongodbUrl } = await setup();
  const proxy = await startMongoProxy(inject("mongodbUrl"));
  const url = Object.assign(new URL(proxy.url), { pathname: new URL(mongodbUrl).pathname });
  const store = await openStore({ mongodbUrl: url.href, indexes: "leave" });
  onTestFinished(async () => {
    await store.close();
    await proxy.close();
  });
  await before(plain);
  const collections = (await db.listCollections().toArray()).map(({ name }) => db.collection(name));
  const kept = await Promise.all(collections.map(async (one) => [one, await one.find().toArray()] as const));

  return {
    proxy,
    store,
    plain,
    db,
    async restore(): Promise<void> {
      for (const { name } of await db.listCollections().toArray()) await db.collection(name).deleteMany({});
      for (const [collection, documents] of kept)
        if (documents.length > 0) await collection.insertMany(documents as Document[]);
    },
  };
}

/** As the worker does it, whose next run begins after that where it rejects. */
async function tryPass(store: TestStore, now: Date): Promise<void> {
  const { run } = await startedRun(store, now);
  try {
    if (run.progress?.cursor === null && !run.checkpoint.complete)
      await run.writePage(pageOf({ a: 2, b: 1 }, { more: true, setAside }));
    if (!run.checkpoint.complete) await run.writePage(pageOf({ d: 1 }));
    await run.extendLease();
    if (run.checkpoint.disturbed === null) for await (const _ of run.sweep(defaultAbsenceRules));
    await run.endPass();
    await run.settle(settlementOf(run, now));
  } catch (error) {
    await run.settle(failed(run, now)).catch(() => undefined);
    throw error;
  }
}

function failed(run: Run, now: Date): Settlement {
  const { ended, ...settlement } = settlementOf(run, now);
  return {
    ...settlement,
    failures: 1,
    keepsCheckpoint: (run.progress?.pages ?? 0) > 0,
    ...(ended && { ended: { ...ended, outcome: "failed" } }),
  };
}

describe.each(Object.entries(scenarios))("%s", (_name, scenario) => {
  test("with any answer of MongoDB to any write, no record is lost, stored twice or stuck", {
    retry: 0,
    timeout: 240_000,
  }, async () => {
    const { proxy, store, plain, db, restore } = await world(scenario);
    let turn = 0;
    const isDeleted = (await liveRecords(db)).c !== undefined;
    for (const [command, collection] of scenario.writes)
      for (let after = 0, reached = true; reached; after++)
        for (const [answer, when, fault] of isAll
          ? answers
          : [answers[turn++ % answers.length] ?? expect.fail()]) {
          const what = `${command} ${collection} ${after}, ${answer}`;
          await restore();
          reached = false;
          const { met } = proxy.add({ command, collection, after, when, fault });
          void met.then(() => {
            reached = true;
          });
          let tries = 0;
          for (let done = false; !done; tries++) {
            expect(tries, what).toBeLessThan(5);
            done = await tryPass(store, later(tries * 100)).then(
              () => true,
              () => false,
            );
          }
          proxy.clear();
          if (!reached && after > 0) break;
          expect({ what, reached }).toEqual({ what, reached: true });
          expect({ what, ...(await left(plain)) }).toMatchObject({
            what,
            setAside: ["odd"],
            passPages: 0,
            sync: { checkpoint: null, feedOpen: null, hasSetAside: true, waiting: { for: "schedule" } },
          });
          // A failed run may have begun a new pass, and then two more are the witnesses.
          for (const seconds of isDeleted ? [1_000, 2_000] : [])
            await pass(plain, later(seconds), [{ a: 2, b: 1, d: 1 }]);
          const records = { a: 2, b: 1, d: 1 };
          expect({ what, live: await liveRecords(db), fed: await followed(plain) }).toEqual({
            what,
            live: records,
            fed: records,
          });
        }

    async function left(by: TestStore) {
      return {
        sync: await by.syncs.find(syncId),
        setAside: (await by.setAside.of(syncId, 10)).map(({ _id }) => _id.slice(syncId.length + 1)),
        passPages: await db.collection("passPages").countDocuments(),
      };
    }
  });
});

test("records that a failed run announced, set aside or noted are removed if the source has lost them since, even if no majority confirmed the write", {
  retry: 0,
  timeout: 240_000,
}, async () => {
  const { proxy, store, plain, db, restore } = await world({
    before: (by) => installAccount(by, installOf("1"), { names, resources, now: at(0) }),
    writes: [],
  });
  const writes = [
    ["syncs", 1],
    ["setAside", 0],
    ["passPages", 0],
  ] as const;
  for (const [collection, after] of writes) {
    const what = `update ${collection} ${after}`;
    await restore();
    // A sync's first pass notes no pages.
    if (collection === "passPages") await pass(plain, at(0), [{ a: 1 }]);
    const fault = { doubt: "WriteConcernFailed" } as const;
    const { met } = proxy.add({
      command: "update",
      collection,
      after,
      when: "after",
      fault,
    });
    const { run } = await startedRun(store, at(1));
    try {
      await run.writePage(pageOf({ a: 1, lost: 1 }, { more: true, setAside }));
      await run.writePage(pageOf({ b: 1, lost2: 1 }, { more: true }));
      expect.fail(`${what} was not met`);
    } catch {
      await met;
      await run.settle({ ...failed(run, at(2)), keepsCheckpoint: false });
    }
    proxy.clear();
    for (const seconds of [700, 701]) await pass(plain, at(seconds), [{ a: 1 }, { b: 1 }]);
    const records = { a: 1, b: 1 };
    expect({
      what,
      live: await liveRecords(db),
      fed: await followed(plain),
      setAside: await plain.setAside.of(syncId, 10),
      passPages: await db.collection("passPages").countDocuments(),
    }).toEqual({ what, live: records, fed: records, setAside: [], passPages: 0 });
  }
});
