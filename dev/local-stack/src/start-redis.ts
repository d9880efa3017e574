// A Redis server (or Valkey), by the first way that works: environment, Docker, PATH, the system's packages.

import { takeDataFolder } from "./data-folder.ts";
import { startContainer } from "./docker.ts";
import { NoRedisError, ServerUnreachableError } from "./errors.ts";
import { findOnPath } from "./find-on-path.ts";
import { installPackage } from "./install-package.ts";
import { pingRedis } from "./ping.ts";
import { firstServer, type RunningServer, type ServerOptions } from "./running-server.ts";
import { onFreePort, startServerProcess } from "./server-process.ts";

export interface RedisOptions extends ServerOptions {
  /** Added to the command line of redis-server, for instance `["--appendfsync", "always"]`; the last one counts. */
  args?: string[];
}

// What the services need of a Redis: nothing that was accepted is lost, and nothing is evicted.
const durable = [
  "--appendonly",
  "yes",
  "--appendfsync",
  "everysec",
  "--save",
  "",
  "--maxmemory-policy",
  "noeviction",
];

/**
 * Returns a Redis server with append-only persistence that answers.
 *
 * @throws `ERR_SERVER_UNREACHABLE` if `REDIS_URL` is set and does not answer, `ERR_NO_REDIS` if there is no way to
 * get one, `ERR_DATA_IN_USE` if another process keeps its data in `dataDir`
 */
export async function startRedis(options: RedisOptions = {}): Promise<RunningServer> {
  const { env = process.env, onProgress = () => {} } = options;
  if (env.REDIS_URL && !options.own) {
    const named = await fromEnvironment(env.REDIS_URL);
    onProgress(`Redis: ${named.origin}`);
    return named;
  }
  const found = await firstServer(
    "Redis",
    [
      () => fromDocker(options, env, onProgress),
      async () => {
        const command = (await findOnPath("redis-server", env)) ?? (await findOnPath("valkey-server", env));
        return command ? startBinary(command, "from the PATH", options) : "no redis-server on the PATH";
      },
      async () => {
        const installed = await installPackage("redis-server", { env, onProgress });
        return "reason" in installed
          ? installed.reason
          : startBinary(installed.command, "installed by apt-get", options);
      },
    ],
    onProgress,
  );
  if (Array.isArray(found)) throw new NoRedisError(found);
  return found;
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

async function startBinary(command: string, where: string, options: RedisOptions): Promise<RunningServer> {
  const folder = await takeDataFolder(options.dataDir, "redis");
  const start = async (port: number) => {
    const args = ["--bind", "127.0.0.1", "--port", String(port), "--dir", folder.path, "--daemonize", "no"];
    const url = `redis://127.0.0.1:${port}`;
    const server = await startServerProcess({
      command,
      args: [...args, ...durable, ...(options.args ?? [])],
      ping: () => pingRedis(url),
    });
    return { url, server };
  };
  try {
    const { url, server } = await onFreePort(options.port, start);
    const name = command.split("/").at(-1);
    return {
      url,
      origin: `${name} ${await pingRedis(url)} ${where}`,
      kill: server.kill,
      async close() {
        await server.close();
        await folder.release();
      },
    };
  } catch (error) {
    await folder.release();
    throw error;
  }
}
