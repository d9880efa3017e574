// Random runs of an account on two machines, with crashes and stalls at any write, while its source changes,
// answers wrongly, and it is paused, forgotten and installed again; against a model. `SEQUENCES=50000
// REPORT=docs/engine.md pnpm exec vitest run packages/store/test/engine` tries more and writes a report;
// `SEED=… SEQUENCES=…` of a report that failed tries the same again.

import { testNamespace } from "@fleetkeeper/local-stack";
import fc from "fast-check";
import { MongoClient } from "mongodb";
import { expect, inject, onTestFinished, test } from "vitest";
import { openStore } from "../../src/index.ts";
import { createMachine } from "./machine.ts";
import { createModel, type EngineWorld } from "./model.ts";
import { keepReport, reportOf } from "./report.ts";
import { step } from "./steps.ts";

const { SEQUENCES, SEED, REPORT } = process.env;
const sequences = Number(SEQUENCES ?? 500);
const firstSeed = Number(SEED ?? Math.floor(Math.random() * 2 ** 30));
/** Sequences that are tried at the same time, each on machines of its own. */
const lanes = 4;

test("if any run crashes or stalls at any write, no live record is lost or deleted, and the feed has exactly the changes", {
  timeout: 600_000 + sequences * 2_000,
  // What failed once, failed: the seed is another one next time.
  retry: 0,
}, async () => {
  const { mongodbUrl, ...world } = await setup();
  const begunAt = performance.now();
  const tried = await Promise.allSettled(
    Array.from({ length: lanes }, (_, lane) =>
      tryMany(world, mongodbUrl, { lane, numRuns: Math.ceil(sequences / lanes), seed: firstSeed + lane }),
    ),
  );
  const seconds = Math.round((performance.now() - begunAt) / 1_000);
  const failures = tried.flatMap((lane) => (lane.status === "rejected" ? String(lane.reason) : []));
  const report = { firstSeed, seconds, counts: world.counts, failures };
  console.log(reportOf(report));
  // From the workspace's folder.
  if (REPORT) await keepReport(REPORT, report);
  expect(failures).toEqual([]);
});

async function setup() {
  const name = testNamespace();
  const mongodbUrl = new URL(`/${name}`, inject("mongodbUrl")).href;
  const store = await openStore({ mongodbUrl, indexes: "leave" });
  const client = await MongoClient.connect(mongodbUrl);
  onTestFinished(async () => {
    await client.db(name).dropDatabase();
    await client.close();
    await store.close();
  });
  return { mongodbUrl, store, db: client.db(name), counts: { sequences: 0 } };
}

async function tryMany(
  world: EngineWorld,
  mongodbUrl: string,
  { lane, ...parameters }: { lane: number; numRuns: number; seed: number },
): Promise<void> {
  const machines = await Promise.all([createMachine(mongodbUrl), createMachine(mongodbUrl)]);
  onTestFinished(async () => void (await Promise.all(machines.map((machine) => machine.close()))));
  let account = 0;
  const property = fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 8 }), async (steps) => {
    const model = createModel(world, machines, `${lane}-${account++}`);
    await model.begin();
    for (const one of steps) await model.take(one);
    await model.quieten();
    world.counts.sequences = (world.counts.sequences ?? 0) + 1;
  });
  await fc.assert(property, parameters);
}
