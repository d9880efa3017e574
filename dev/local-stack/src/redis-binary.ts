// One redis-server (or valkey-server) as a process of this machine, with a data folder of its own.

import { NoRedisError } from "./errors.ts";
import { findOnPath } from "./find-on-path.ts";
import { installPackage } from "./install-package.ts";
import { pingRedis } from "./ping.ts";
import type { RunningServer } from "./running-server.ts";
import { startInFolder } from "./server-in-folder.ts";
import { startServerProcess } from "./server-process.ts";

export interface RedisBinary {
  command: string;
  /** Such as "from the PATH". */
  where: string;
}

// What the services need of a Redis: nothing that was accepted is lost, and nothing is evicted.
export const durable = [
  ...["--appendonly", "yes", "--appendfsync", "everysec", "--save", ""],
  ...["--maxmemory-policy", "noeviction"],
];

/** The server on the PATH, or the reason why there is none. */
export async function redisOnPath(env: NodeJS.ProcessEnv): Promise<RedisBinary | string> {
  const command = (await findOnPath("redis-server", env)) ?? (await findOnPath("valkey-server", env));
  return command ? { command, where: "from the PATH" } : "no redis-server on the PATH";
}

/** The server of the system's packages, or the reason why there is none. */
export async function redisOfSystem(
  env: NodeJS.ProcessEnv,
  onProgress: (line: string) => void,
): Promise<RedisBinary | string> {
  const installed = await installPackage("redis-server", { env, onProgress });
  return "reason" in installed
    ? installed.reason
    : { command: installed.command, where: "installed by apt-get" };
}

/** @throws NoRedisError if this machine has none and cannot get one. */
export async function findRedis(
  env: NodeJS.ProcessEnv,
  onProgress: (line: string) => void,
): Promise<RedisBinary> {
  const onPath = await redisOnPath(env);
  if (typeof onPath !== "string") return onPath;
  const ofSystem = await redisOfSystem(env, onProgress);
  if (typeof ofSystem !== "string") return ofSystem;
  throw new NoRedisError([onPath, ofSystem]);
}

/**
 * Starts it on a free port unless one is given. `args` come last, and of two that say the same the last one
 * counts.
 */
export async function startRedisBinary(
  { command, where }: RedisBinary,
  options: {
    dataDir?: string | undefined;
    port?: number | undefined;
    /** Gets the data folder: a Sentinel keeps its configuration there. */
    args?: readonly string[] | ((folder: string) => Promise<readonly string[]>);
  },
): Promise<RunningServer> {
  const { dataDir, port, args: given = [] } = options;
  return startInFolder({ dataDir, name: "redis", port }, async (path, port) => {
    const own = typeof given === "function" ? await given(path) : given;
    const [file, rest] = own[0]?.startsWith("-") === false ? [[own[0]], own.slice(1)] : [[], own];
    const args = ["--bind", "127.0.0.1", "--port", String(port), "--dir", path, "--daemonize", "no"];
    const url = `redis://127.0.0.1:${port}`;
    const server = await startServerProcess({
      command,
      args: [...file, ...args, ...(file.length === 0 ? durable : []), ...rest],
      ping: () => pingRedis(url),
    });
    return { url, origin: `${command.split("/").at(-1)} ${await pingRedis(url)} ${where}`, server };
  });
}
