// Prints what a run of a small account in which nothing changed costs in Redis, by how many syncs share a
// job: `node services/worker/bench/run-costs.ts`. The sizes take turns, so that the machine's load is the
// same for all.

import { startLocalStack } from "@fleetkeeper/local-stack";
import { createCountedRuns } from "../test/counted-runs.ts";

const accounts = Number(process.env.ACCOUNTS ?? 100);
const rounds = Number(process.env.ROUNDS ?? 3);
const sizes = (process.env.SIZES ?? "1,2,5,10,20").split(",").map(Number);

const stack = await startLocalStack({ onProgress: (line) => console.error(line) });
const counted = await createCountedRuns(
  { redisUrl: stack.redis.url, mongodbUrl: stack.mongodb.url },
  accounts,
);
try {
  await counted.run(10);
  for (let round = 1; round <= rounds; round++)
    for (const syncsPerJob of sizes) {
      const startedAtMs = performance.now();
      const { total, commands } = await counted.run(syncsPerJob);
      const runsPerSecond = (accounts / (performance.now() - startedAtMs)) * 1_000;
      console.log(JSON.stringify({ round, syncsPerJob, commands: total, runsPerSecond }));
      if (round === rounds) console.error(commands);
    }
} finally {
  await counted.close();
  await stack.close();
}
