// Redis: where it is, how to reach it, which keys we have there. Hides what ioredis needs to know.

export { type RedisUser, redisAcl, redisUsers } from "./acl.ts";
export { mastersOf, type RedisClient, type RedisServer } from "./client.ts";
export { closeRedis, connectConsumer, connected, connectProducer } from "./connect.ts";
export { findKeys } from "./find-keys.ts";
export { type RedisKeys, redisKeys } from "./keys.ts";
export { evictionPolicyOf, type Persistence, persistenceOf } from "./persistence.ts";
export { proveWrite } from "./prove-write.ts";
export { parseRedisUrl, type RedisAddress, RedisUrlError } from "./redis-url.ts";
export { createScript, type Script } from "./script.ts";
