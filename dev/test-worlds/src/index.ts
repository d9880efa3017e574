// What worlds of tests are made of: each ends with the test that asked for it.

export { answering, type TestRequest } from "./answering.ts";
export { capturedLog } from "./captured-log.ts";
export { handInInstall } from "./hand-in-install.ts";
export { inBackground } from "./in-background.ts";
export { newKeys, newWebhookKey } from "./new-keys.ts";
export { type SpawnedService, spawnService } from "./spawn-service.ts";
export { databaseUrl, testDatabase } from "./test-database.ts";
export { testRedis } from "./test-redis.ts";
export { testStore } from "./test-store.ts";
