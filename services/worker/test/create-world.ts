// The world on the servers of the test run.

import { inject } from "vitest";
import { createWorldOn, type WorldOptions } from "./world.ts";

export function createWorld(options: WorldOptions = {}) {
  return createWorldOn({ redisUrl: inject("redisUrl"), mongodbUrl: inject("mongodbUrl") }, options);
}
