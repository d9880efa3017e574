// What a run costs in Redis commands: counted by the server, so that nothing can add one unnoticed. Those in
// MongoDB are held by the store's own test.

import { startRedis } from "@fleetkeeper/local-stack";
import { expect, inject, onTestFinished, test } from "vitest";
import { createCountedRuns } from "./counted-runs.ts";

test("a run of a small account in which nothing changed costs at most 15 Redis commands, its dispatch included", async () => {
  const redis = await startRedis({ own: true });
  const counted = await createCountedRuns({ redisUrl: redis.url, mongodbUrl: inject("mongodbUrl") }, 20);
  onTestFinished(async () => {
    await counted.close();
    await redis.close();
  });
  // The first runs write, and get their tokens.
  await counted.run(10);
  // What goes by the clock (locks that are renewed, looks for stalled jobs) only ever adds: the least of
  // three is the run's own.
  const costs = [await counted.run(10), await counted.run(10), await counted.run(10)];
  const { total, commands } = costs.reduce((least, one) => (one.total < least.total ? one : least));
  expect(total, JSON.stringify(commands)).toBeLessThan(9);
  // The limiter's script, and those of the two jobs and the tick; none is sent as text again.
  expect(commands.evalsha).toBeLessThan(2);
  expect(commands).not.toHaveProperty("eval");
});
