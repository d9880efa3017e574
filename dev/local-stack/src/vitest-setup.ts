// vitest's globalSetup: one stack for the whole run (https://vitest.dev/config/globalsetup).

import type { TestProject } from "vitest/node";
import { failOverAgain } from "./fail-over-again.ts";
import type {} from "./provided-servers.ts";
import { startLocalStack } from "./start-local-stack.ts";

/**
 * Starts the servers before the first test file, and returns what ends them after the last. With
 * `LOCAL_REDIS=sentinel` and `FAIL_OVER_EVERY_MS` Redis fails over all the time.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const stack = await startLocalStack({ onProgress: say });
  project.provide("redisUrl", stack.redis.url);
  project.provide("mongodbUrl", stack.mongodb.url);
  const everyMs = Number(process.env.FAIL_OVER_EVERY_MS ?? 0);
  const failovers = everyMs > 0 ? failOverAgain(stack.redis.url, everyMs) : undefined;
  return async () => {
    if (failovers !== undefined) say(`Redis: failed over ${await failovers.stop()} times`);
    await stack.close();
  };
}
