// Random runs of one sync on two machines, with crashes and stalls at any write, against a model.
// `SEQUENCES=50000 pnpm exec vitest run packages/store/test/engine` tries more and reports.

import { testNamespace } from "@fleetkeeper/local-stack";
import { type Generation, installationIdOf, type SyncId, syncIdOf } from "@fleetkeeper/model";
import fc from "fast-check";
import { MongoClient } from "mongodb";
import { expect, inject, onTestFinished, test } from "vitest";
import { openStore, type RecordDocument } from "../../src/index.ts";
import { createMachine, type Machine, type RunEnd, type Trouble } from "./machine.ts";

const sequences = Number(process.env.SEQUENCES ?? 500);

/** `present`: the source has it from now on, in a new version. */
type Change = { id: string; present: boolean };
type Step =
  | { do: "change"; changes: Change[] }
  | { do: "run"; machine: number; trouble: Trouble | undefined; glitch: boolean; between: Change[] }
  | { do: "release" | "pause" | "resume" | "sync now" };

const change: fc.Arbitrary<Change> = fc.record({
  id: fc.constantFrom("a", "b", "c", "d", "e"),
  present: fc.boolean(),
});
const changes = fc.array(change, { maxLength: 3 });
const trouble: fc.Arbitrary<Trouble> = fc.record({
  kind: fc.constantFrom("crash", "stall"),
  write: fc.integer({ min: 0, max: 14 }),
  when: fc.constantFrom("before", "after"),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant("change"), changes }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("run"),
      machine: fc.integer({ min: 0, max: 1 }),
      trouble: fc.option(trouble, { nil: undefined }),
      glitch: fc.boolean(),
      between: changes,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("release", "pause", "resume", "sync now") }) },
);

async function setup() {
  const name = testNamespace();
  const mongodbUrl = new URL(`/${name}`, inject("mongodbUrl")).href;
  const store = await openStore({ mongodbUrl });
  const client = await MongoClient.connect(mongodbUrl);
  onTestFinished(async () => {
    await client.db(name).dropDatabase();
    await client.close();
    await store.close();
  });
  return { mongodbUrl, store, db: client.db(name) };
}

type World = Awaited<ReturnType<typeof setup>>;

/** One installation of its own, its source, and two machines. */
function createModel(world: World, machines: readonly Machine[], account: string) {
  const installationId = installationIdOf("@a/b", account);
  const syncId: SyncId = syncIdOf(installationId, "assets");
  const source = new Map<string, number>([
    ["a", 1],
    ["b", 1],
    ["c", 1],
  ]);
  /** Ids that the source has had all the time since it first had them. */
  const steady = new Set(source.keys());
  /** The newest version of each id that was stored. */
  const storedVersions = new Map<string, number>();
  let version = 1;
  /** The source may have answered an empty list in the last pass that may have been complete. */
  let wasGlitch = false;
  const stalled: Extract<RunEnd, { state: "stalled" }>[] = [];
  let clock = Date.UTC(2026, 0, 1);
  const now = () => new Date(clock);

  return {
    async begin() {
      await world.store.syncs.plan(
        { _id: installationId, generation: "1" as Generation, state: "active" },
        ["assets"],
        { now: now() },
      );
    },

    async take(step: Step): Promise<void> {
      clock += 1_000;
      if (step.do === "change") apply(step.changes);
      else if (step.do === "pause") await world.store.syncs.pauseOne(syncId);
      else if (step.do === "resume") await world.store.syncs.resumeOne(syncId, now());
      else if (step.do === "sync now") await world.store.syncs.runNow(syncId, now());
      else if (step.do === "run") await run(step);
      else await stalled.shift()?.release();
      await checkSteady();
    },

    /** Nothing disturbs it any more: what is stored and what the feed tells become the source. */
    async quieten(): Promise<void> {
      for (const one of stalled.splice(0)) await one.release();
      await world.store.syncs.resumeOne(syncId, now());
      for (let pass = 0; pass < 3; pass++) {
        clock += 1_000;
        await run({ do: "run", machine: 0, trouble: undefined, glitch: false, between: [] });
        await checkSteady();
      }
      const truth = Object.fromEntries(source);
      const live = (await stored()).filter(({ deletedAt }) => deletedAt === null);
      expect(Object.fromEntries(live.map(({ externalId, data }) => [externalId, data]))).toEqual(truth);
      expect(live.filter(({ missingSince }) => missingSince)).toEqual([]);
      expect(await followed()).toEqual(truth);
      const notes = world.db.collection<{ _id: string }>("passPages");
      expect(await notes.countDocuments({ _id: { $gte: `${syncId}/`, $lt: `${syncId}0` } })).toBeLessThan(10);
    },
  };

  function apply(some: readonly Change[]): void {
    for (const { id, present } of some) {
      if (present) {
        if (!source.has(id) && !storedVersions.has(id)) steady.add(id);
        source.set(id, ++version);
      } else {
        source.delete(id);
        steady.delete(id);
      }
    }
  }

  async function run({
    machine,
    trouble: wanted,
    glitch,
    between,
  }: Extract<Step, { do: "run" }>): Promise<void> {
    const sync = await world.store.syncs.find(syncId);
    const runner = machines[machine];
    if (sync === null || runner === undefined || sync.nextRunAt === null) return;
    // A machine whose one run is stalled has no second one with trouble.
    const trouble = stalled.length > 0 ? undefined : wanted;
    const left = [...between];
    const betweenPages = () => apply(left.splice(0, 1));
    // One pass that saw nothing is forgiven, two in a row are believed.
    const isGlitch = glitch && !wasGlitch && sync.checkpoint === null;
    const seen = isGlitch ? new Map<string, number>() : source;
    const end = await runner.run({ sync, source: seen, trouble, betweenPages, now });
    wasGlitch = isGlitch || (wasGlitch && end.state !== "ended");
    apply(left);
    if (end.state === "stalled") stalled.push(end);
  }

  async function stored(): Promise<RecordDocument[]> {
    const range = { $gte: `${installationId}/`, $lt: `${installationId}0` };
    return world.db.collection<RecordDocument>("assets").find({ _id: range }).toArray();
  }

  /** What the source has had all the time is not deleted, and no version is replaced by an older one. */
  async function checkSteady(): Promise<void> {
    for (const { externalId: id, deletedAt, data } of await stored()) {
      const before = storedVersions.get(id) ?? 0;
      if (deletedAt !== null) {
        if (steady.has(id) && before > 0) throw new Error(`${id} was deleted, but never gone`);
        continue;
      }
      if (Number(data) < before) throw new Error(`version ${before} of ${id} was replaced by ${data}`);
      storedVersions.set(id, Number(data));
    }
  }

  async function followed(): Promise<Record<string, unknown>> {
    const held: Record<string, unknown> = {};
    const sync = await world.store.syncs.find(syncId);
    let last = "";
    for await (const entry of sync === null ? [] : world.store.feed.unread("all", sync)) {
      if ("gap" in entry) throw new Error("the feed has a gap");
      expect(entry.position > last).toBe(true);
      last = entry.position;
      for (const { externalId, kind, data } of entry.changes)
        if (kind === "deleted") delete held[externalId];
        else held[externalId] = data;
    }
    return held;
  }
}

test("whatever crashes or stalls at whichever write, no live record is lost or deleted, and the feed tells exactly the difference", {
  timeout: 600_000 + sequences * 2_000,
}, async () => {
  const world = await setup();
  const machines = await Promise.all([createMachine(world.mongodbUrl), createMachine(world.mongodbUrl)]);
  onTestFinished(async () => void (await Promise.all(machines.map((machine) => machine.close()))));
  let account = 0;
  let taken = 0;
  const property = fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 8 }), async (steps) => {
    const model = createModel(world, machines, `${process.pid}-${account++}`);
    await model.begin();
    for (const one of steps) await model.take(one);
    await model.quieten();
    taken += steps.length;
  });
  const seed = process.env.SEED === undefined ? {} : { seed: Number(process.env.SEED) };
  await fc.assert(property, { numRuns: sequences, ...seed });
  console.log(JSON.stringify({ sequences, steps: taken }));
});
