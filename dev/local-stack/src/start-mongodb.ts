// A MongoDB server, by the first way that works: environment, Docker, PATH, a download, FerretDB built here.

import { startContainer } from "./docker.ts";
import { downloadedMongod, downloadMongod } from "./download-mongod.ts";
import { NoMongodbError, ServerUnreachableError } from "./errors.ts";
import { buildFerretdb, builtFerretdb } from "./ferretdb.ts";
import { findOnPath } from "./find-on-path.ts";
import { pingMongodb } from "./ping.ts";
import { firstServer, type RunningServer, type ServerOptions } from "./running-server.ts";
import { startInFolder } from "./server-in-folder.ts";
import { type ServerCommand, startServerProcess } from "./server-process.ts";

/**
 * Returns a MongoDB server that answers; its URL names no database.
 *
 * @throws `ERR_SERVER_UNREACHABLE` if `MONGODB_URL` is set and does not answer, `ERR_NO_MONGODB` if there is
 * no way to get one, `ERR_DATA_IN_USE` if another process keeps its data in `dataDir`
 */
export async function startMongodb(options: ServerOptions = {}): Promise<RunningServer> {
  const { env = process.env, onProgress = () => {} } = options;
  if (env.MONGODB_URL && !options.own) {
    const named = await fromEnvironment(env.MONGODB_URL);
    onProgress(`MongoDB: ${named.origin}`);
    return named;
  }
  const found = await firstServer(
    "MongoDB",
    [
      () => fromDocker(options, env, onProgress),
      async () => {
        const command = await findOnPath("mongod", env);
        return command ? startMongod(command, "from the PATH", options) : "no mongod on the PATH";
      },
      async () => {
        const command = await downloadedMongod();
        return command ? startMongod(command, "downloaded earlier", options) : "no mongod downloaded earlier";
      },
      // Before the download: what was built once is there at once.
      async () => {
        const command = await builtFerretdb(env);
        return command ? startFerretdb(command, "built earlier", options) : "no FerretDB built earlier";
      },
      async () => {
        const downloaded = await downloadMongod(env, onProgress);
        return "reason" in downloaded
          ? downloaded.reason
          : startMongod(downloaded.command, "downloaded", options);
      },
      async () => {
        const built = await buildFerretdb(env, onProgress);
        return "reason" in built ? built.reason : startFerretdb(built.command, "built", options);
      },
    ],
    onProgress,
  );
  if (Array.isArray(found)) throw new NoMongodbError(found);
  return found;
}

async function fromEnvironment(url: string): Promise<RunningServer> {
  try {
    const version = await pingMongodb(url, 3_000);
    return { url, origin: `MongoDB ${version} from MONGODB_URL`, close: async () => {} };
  } catch (error) {
    throw new ServerUnreachableError("MONGODB_URL", url, error);
  }
}

function fromDocker(options: ServerOptions, env: NodeJS.ProcessEnv, onProgress: (line: string) => void) {
  return startContainer({
    image: env.FLEETKEEPER_MONGODB_IMAGE || "mongo:8",
    command: ["mongod", "--bind_ip_all"],
    port: 27017,
    data: { target: "/data/db", dataDir: options.dataDir, name: "mongodb" },
    url: (host, port) => `mongodb://${host}:${port}/`,
    env,
    onProgress,
  });
}

function startMongod(command: string, where: string, options: ServerOptions): Promise<RunningServer> {
  return startBinary("mongodb", options, (path, port) => ({
    origin: async (url) => `mongod ${await pingMongodb(url)} ${where}`,
    command,
    args: ["--dbpath", path, "--port", String(port), "--bind_ip", "127.0.0.1", "--quiet"],
  }));
}

function startFerretdb(command: string, when: string, options: ServerOptions): Promise<RunningServer> {
  return startBinary("ferretdb", options, (path, port) => ({
    origin: async () => `FerretDB on SQLite, ${when} from dev/ferretdb`,
    command,
    args: ["-dir", path, "-listen", `127.0.0.1:${port}`],
    endsWithStdin: true,
  }));
}

type Binary = Omit<ServerCommand, "ping"> & { origin: (url: string) => Promise<string> };

function startBinary(
  name: string,
  { dataDir, port }: ServerOptions,
  binary: (path: string, port: number) => Binary,
): Promise<RunningServer> {
  return startInFolder({ dataDir, name, port }, async (path, port) => {
    const { origin, ...command } = binary(path, port);
    const url = `mongodb://127.0.0.1:${port}/`;
    const server = await startServerProcess({ ...command, ping: () => pingMongodb(url) });
    return { url, origin: await origin(url), server };
  });
}
