// vitest's globalSetup: one stack for the whole run (https://vitest.dev/config/globalsetup).

import type { TestProject } from "vitest/node";
import type {} from "./provided-servers.ts";
import { startLocalStack } from "./start-local-stack.ts";

/** Starts the servers before the first test file, and returns what ends them after the last. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const stack = await startLocalStack({ onProgress: (line) => process.stderr.write(`${line}\n`) });
  project.provide("redisUrl", stack.redis.url);
  project.provide("mongodbUrl", stack.mongodb.url);
  return () => stack.close();
}
