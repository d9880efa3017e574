// What `inject()` of vitest gives a test in the project "integration".

import type {} from "vitest";

export interface ProvidedServers {
  redisUrl: string;
  /** Names no database: each test file uses one of its own, `testNamespace()`. */
  mongodbUrl: string;
}

declare module "vitest" {
  interface ProvidedContext extends ProvidedServers {}
}
