// A worker that is told to stop while Redis is away, and soon.

import { startRedis } from "@fleetkeeper/local-stack";
import { expect, inject, onTestFinished, test } from "vitest";
import { createWorldOn } from "./world.ts";

test("a worker stops although Redis is away", async () => {
  const redis = await startRedis({ own: true });
  const world = await createWorldOn({ redisUrl: redis.url, mongodbUrl: inject("mongodbUrl") });
  onTestFinished(() => world.close());
  const stop = await world.startWorker();
  await world.install(world.simulator.addAccount({ assets: 5 }));
  await expect
    .poll(() => world.db.collection("syncs").countDocuments(), { timeout: 20_000 })
    .toBeGreaterThan(0);
  await redis.close();
  // Each queue used to wait until Redis was back.
  await stop();
}, 60_000);
