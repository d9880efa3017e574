// A Redis server (or Valkey), by the first way that works: environment, Docker, PATH, the system's packages.

import { startContainer } from "./docker.ts";
import { NoRedisError, ServerUnreachableError } from "./errors.ts";
import { pingRedis } from "./ping.ts";
import { durable, type RedisBinary, redisOfSystem, redisOnPath, startRedisBinary } from "./redis-binary.ts";
import { firstServer, type RunningServer, type ServerOptions } from "./running-server.ts";
import { startRedisCluster } from "./start-redis-cluster.ts";
import { startRedisSentinel } from "./start-redis-sentinel.ts";

export interface RedisOptions extends ServerOptions {
  /**
   * Added to the command line of redis-server, for instance `["--appendfsync", "always"]`; the last one
   * counts.
   */
  args?: string[];
}

/** What `LOCAL_REDIS` can ask for in place of one server. */
const groups = {
  cluster: startRedisCluster,
  sentinel: startRedisSentinel,
};

/**
 * Returns a Redis server with append-only persistence that answers.
 *
 * @throws `ERR_SERVER_UNREACHABLE` if `REDIS_URL` is set and does not answer, `ERR_NO_REDIS` if there is no
 * way to get one, `ERR_DATA_IN_USE` if another process keeps its data in `dataDir`
 */
export async function startRedis(options: RedisOptions = {}): Promise<RunningServer> {
  const { env = process.env, onProgress = () => {} } = options;
  if (env.REDIS_URL && !options.own) {
    const named = await fromEnvironment(env.REDIS_URL);
    onProgress(`Redis: ${named.origin}`);
    return named;
  }
  if (env.LOCAL_REDIS && !options.own) return startGroup(env.LOCAL_REDIS, { env, onProgress });
  const startIt = async (found: RedisBinary | string) =>
    typeof found === "string" ? found : startRedisBinary(found, options);
  const found = await firstServer(
    "Redis",
    [
      () => fromDocker(options, env, onProgress),
      () => redisOnPath(env).then(startIt),
      () => redisOfSystem(env, onProgress).then(startIt),
    ],
    onProgress,
  );
  if (Array.isArray(found)) throw new NoRedisError(found);
  return found;
}

/** Without `dataDir`: a group is for tests, and keeps nothing. */
async function startGroup(
  kind: string,
  options: { env: NodeJS.ProcessEnv; onProgress: (line: string) => void },
): Promise<RunningServer> {
  const start = groups[kind as keyof typeof groups];
  if (start === undefined) throw new NoRedisError([`LOCAL_REDIS is ${kind}: it can be cluster or sentinel`]);
  const group = await start(options);
  options.onProgress(`Redis: ${group.origin}`);
  return group;
}

async function fromEnvironment(url: string): Promise<RunningServer> {
  try {
    const version = await pingRedis(url, 3_000);
    return { url, origin: `Redis ${version} from REDIS_URL`, close: async () => {} };
  } catch (error) {
    throw new ServerUnreachableError("REDIS_URL", url, error);
  }
}

function fromDocker(options: RedisOptions, env: NodeJS.ProcessEnv, onProgress: (line: string) => void) {
  return startContainer({
    image: env.FLEETKEEPER_REDIS_IMAGE || "redis:8",
    command: [
      "redis-server",
      "--dir",
      "/data",
      ...durable,
      "--protected-mode",
      "no",
      ...(options.args ?? []),
    ],
    port: 6379,
    data: { target: "/data", dataDir: options.dataDir, name: "redis" },
    url: (host, port) => `redis://${host}:${port}`,
    env,
    onProgress,
  });
}
