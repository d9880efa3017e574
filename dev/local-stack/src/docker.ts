// A server in a container, through Testcontainers, when a Docker engine answers and the image is available.

import { createHash } from "node:crypto";
import { request } from "node:http";
import { homedir } from "node:os";
import { join } from "node:path";
import type { StartedTestContainer } from "testcontainers";
import { takeDataFolder } from "./data-folder.ts";
import { withProgress } from "./progress.ts";
import type { RunningServer } from "./running-server.ts";

const pingTimeoutMs = 1_000;
const imageTimeoutMs = 180_000;

export interface Container {
  image: string;
  command: string[];
  port: number;
  /**
   * Folder in the container; with a dataDir, its content is kept in a volume that is named after
   * `dataDir/name`.
   */
  data: { target: string; dataDir: string | undefined; name: string };
  url: (host: string, port: number) => string;
  env: NodeJS.ProcessEnv;
  onProgress: (line: string) => void;
}

/** Starts the container, or says why it is not available. */
export async function startContainer(container: Container): Promise<RunningServer | string> {
  const engine = await answeringEngine(container.env);
  if (engine === undefined) return "no Docker engine answers";

  const { dataDir, name } = container.data;
  const folder = dataDir === undefined ? undefined : await takeDataFolder(dataDir, name);
  const starting = create(container, engine, folder?.path);
  try {
    const started = await withProgress(starting, {
      what: `Docker image ${container.image}`,
      timeoutMs: imageTimeoutMs,
      onProgress: container.onProgress,
    });
    let stopping: Promise<unknown> | undefined;
    const host = started.getHost() === "localhost" ? "127.0.0.1" : started.getHost();
    return {
      url: container.url(host, started.getMappedPort(container.port)),
      origin: `Docker image ${container.image}`,
      async close() {
        stopping ??= started.stop();
        await stopping;
        await folder?.release();
      },
    };
  } catch (error) {
    await folder?.release();
    // It may still start after its time: it is no longer waited for.
    starting.then((late) => late.stop()).catch(() => {});
    return `Docker image ${container.image} is not available: ${String(error)}`;
  }
}

/** Returns the address of the first Docker engine that answers within a second. */
async function answeringEngine(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const candidates = env.DOCKER_HOST
    ? [env.DOCKER_HOST]
    : [
        "unix:///var/run/docker.sock",
        ...(env.XDG_RUNTIME_DIR ? [`unix://${env.XDG_RUNTIME_DIR}/docker.sock`] : []),
        `unix://${join(homedir(), ".docker/run/docker.sock")}`,
      ];
  for (const candidate of candidates) {
    if (await pingEngine(candidate)) return candidate;
  }
  return undefined;
}

function pingEngine(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const url = URL.canParse(address) ? new URL(address) : undefined;
    if (url?.protocol !== "unix:" && url?.protocol !== "tcp:" && url?.protocol !== "http:")
      return resolve(false);
    const where =
      url.protocol === "unix:" ? { socketPath: url.pathname } : { host: url.hostname, port: url.port };
    const signal = AbortSignal.timeout(pingTimeoutMs);
    request({ ...where, path: "/_ping", signal }, (response) => {
      response.resume().on("error", () => {});
      resolve(true); // an engine with TLS answers 400
    })
      .once("error", () => resolve(false))
      .end();
  });
}

async function create(
  container: Container,
  engine: string,
  dataPath: string | undefined,
): Promise<StartedTestContainer> {
  const { GenericContainer } = await import("testcontainers"); // a second to load, and rarely needed

  /** A container whose ports are open to this machine alone, which Testcontainers has no option for. */
  class LocalContainer extends GenericContainer {
    protected override async beforeContainerCreated(): Promise<void> {
      if (!engine.startsWith("unix:")) return;
      for (const bindings of Object.values<{ HostIp?: string }[]>(this.hostConfig.PortBindings ?? {})) {
        for (const binding of bindings) binding.HostIp = "127.0.0.1";
      }
    }
  }

  const created = new LocalContainer(container.image)
    .withCommand(container.command)
    .withExposedPorts(container.port);
  if (dataPath !== undefined) {
    const hash = createHash("sha256").update(dataPath).digest("hex").slice(0, 16);
    const source = `fleetkeeper-${container.data.name}-${hash}`;
    created.withBindMounts([{ source, target: container.data.target, mode: "rw" }]);
  }
  return created.start();
}
