// Redis and MongoDB on this machine, for tests, demo and development.

export { type CountingProxy, startCountingProxy } from "./counting-proxy.ts";
export {
  DataInUseError,
  LocalStackError,
  NoMongodbError,
  NoRedisError,
  ServerNotStartedError,
  ServerUnreachableError,
} from "./errors.ts";
export { type Installed, installPackage } from "./install-package.ts";
export {
  type Fault as MongoFault,
  type MongoProxy,
  type Rule as MongoRule,
  startMongoProxy,
} from "./mongo-proxy/mongo-proxy.ts";
export { answerTo, createMessageReader, requestIdOf, wholeCommandOf } from "./mongo-proxy/wire-message.ts";
export { createPrivateAuthority } from "./private-authority.ts";
export type { ProvidedServers } from "./provided-servers.ts";
export { findRedis, type RedisBinary, startRedisBinary } from "./redis-binary.ts";
export type { RedisGroup, RunningServer, ServerOptions } from "./running-server.ts";
export { freePort } from "./server-process.ts";
export { type LocalStack, type LocalStackOptions, startLocalStack } from "./start-local-stack.ts";
export { startMongodb } from "./start-mongodb.ts";
export { type RedisOptions, startRedis } from "./start-redis.ts";
export { startRedisCluster } from "./start-redis-cluster.ts";
export { startRedisSentinel } from "./start-redis-sentinel.ts";
export { startTcpProxy, type TcpProxy } from "./tcp-proxy.ts";
export { testNamespace } from "./test-namespace.ts";
