// Worlds on the servers of the test run.

import { inject, onTestFinished } from "vitest";
import { createWorldOn, type World, type WorldOptions } from "./world.ts";

/** A world that ends with the test that asked for it. */
export async function testWorld(options: WorldOptions = {}): Promise<World> {
  const world = await createWorld(options);
  onTestFinished(() => world.close());
  return world;
}

/** One that many tests share: its caller closes it. */
export function createWorld(options: WorldOptions = {}) {
  return createWorldOn({ redisUrl: inject("redisUrl"), mongodbUrl: inject("mongodbUrl") }, options);
}
