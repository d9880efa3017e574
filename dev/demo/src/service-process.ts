// One service as a process of its own: started with its environment, awaited until ready, stopped within a
// bound.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { compileCacheFolder } from "@fleetkeeper/compile-cache";

export interface ServiceProcess {
  stop(): Promise<void>;
}

export type ServiceName = "ingress" | "worker" | "board" | "api";

export interface ServiceOptions {
  name: ServiceName;
  env: Record<string, string>;
  /** Its `/readyz`. */
  readyUrl: string;
  logPath: string;
  /** When it ends without having been asked to. */
  onUnexpectedEnd: (error: Error) => void;
}

const readyTimeoutMs = 60_000;
const lookEveryMs = 20;
const stopTimeoutMs = 30_000;

/** @throws Error with the end of the log when the service ends, or is not ready within a minute. */
export async function startService(options: ServiceOptions): Promise<ServiceProcess> {
  const child = spawnService(options);
  let asked = false;
  child.once("exit", (code, signal) => {
    if (!asked) options.onUnexpectedEnd(endedError(options, code ?? signal));
  });
  const stop = async () => {
    asked = true;
    await stopped(child);
  };
  try {
    await ready(options, child);
  } catch (error) {
    await stop();
    throw error;
  }
  return { stop };
}

/** Without waiting for it. `imports`: modules that Node.js loads before the service's own. */
export function spawnService({
  name,
  env,
  logPath,
  imports = [],
}: Pick<ServiceOptions, "env" | "logPath"> & {
  name: ServiceName;
  imports?: readonly string[];
}): ChildProcess {
  const log = openSync(logPath, "a");
  try {
    const main = fileURLToPath(new URL(`../../../services/${name}/src/main.ts`, import.meta.url));
    return spawn(process.execPath, [...imports.flatMap((path) => ["--import", path]), main], {
      env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: compileCacheFolder, ...env },
      // The channel ends the service when this process dies; a group of its own keeps Ctrl-C for this
      // process.
      stdio: ["ignore", log, log, "ipc"],
      detached: true,
    });
  } finally {
    closeSync(log);
  }
}

async function ready(options: ServiceOptions, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + readyTimeoutMs;
  while (performance.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw endedError(options, child.exitCode ?? child.signalCode);
    if (await isReady(options.readyUrl)) return;
    await sleep(lookEveryMs);
  }
  throw new Error(
    `${options.name} is not ready after ${readyTimeoutMs / 1_000} s; its log is ${options.logPath}`,
  );
}

/** While nothing listens this costs a connection only, and not the tenfold: services start side by side. */
export async function isReady(readyUrl: string): Promise<boolean> {
  const { port, hostname } = new URL(readyUrl);
  const socket = connect(Number(port), hostname);
  const listens = await once(socket, "connect").then(
    () => true,
    () => false,
  );
  socket.destroy();
  if (!listens) return false;
  const answer = await fetch(readyUrl, { signal: AbortSignal.timeout(3_000) }).catch(() => undefined);
  return answer?.ok ?? false;
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), stopTimeoutMs);
  await ended;
  clearTimeout(timer);
}

function endedError({ name, logPath }: ServiceOptions, how: number | string | null): Error {
  const tail = readFileSync(logPath, "utf8").trimEnd().split("\n").slice(-5).join("\n");
  return new Error(`${name} ended (${how}); the end of ${logPath}:\n${tail}`);
}
