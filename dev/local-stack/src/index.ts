// Redis and MongoDB on this machine, for tests, demo and development.

export {
  DataInUseError,
  LocalStackError,
  NoMongodbError,
  NoRedisError,
  ServerNotStartedError,
  ServerUnreachableError,
} from "./errors.ts";
export { type Installed, installPackage } from "./install-package.ts";
export type { ProvidedServers } from "./provided-servers.ts";
export type { RunningServer, ServerOptions } from "./running-server.ts";
export { type LocalStack, type LocalStackOptions, startLocalStack } from "./start-local-stack.ts";
export { startMongodb } from "./start-mongodb.ts";
export { type RedisOptions, startRedis } from "./start-redis.ts";
export { testNamespace } from "./test-namespace.ts";
