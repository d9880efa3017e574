// A service as a process of its own, to be killed, or to be measured beside the test.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { inBackground } from "./in-background.ts";

/** A running service. */
export interface SpawnedService {
  child: ChildProcess;
  /** Its origin, once it listens: of those that log where. @throws Error when it ends before. */
  listening: Promise<string>;
  /** Resolves when it has ended. */
  kill(signal: NodeJS.Signals): Promise<void>;
}

/**
 * It has this environment and `PATH`; its errors go to the test's. `LOG_LEVEL` has to be `info` for
 * `listening`.
 */
export function spawnService(
  name: "ingress" | "worker" | "board" | "api",
  env: Record<string, string>,
): SpawnedService {
  const main = fileURLToPath(new URL(`../../../services/${name}/src/main.ts`, import.meta.url));
  const child = spawn(process.execPath, [main], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  const listening = inBackground(originOf(child, process.env.TEST_LOG_LEVEL !== undefined));
  return {
    child,
    listening,
    async kill(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.kill(signal);
      await ended;
    },
  };
}

function originOf({ stdout }: ChildProcess, isShown: boolean): Promise<string> {
  return new Promise((resolve, reject) => {
    if (stdout === null) return reject(new Error("it has no output"));
    const lines = createInterface({ input: stdout });
    lines.on("line", (line) => {
      if (isShown) process.stdout.write(`${line}\n`);
      const { msg, url } = JSON.parse(line) as { msg?: string; url?: string };
      if (msg?.endsWith(" listens") && url !== undefined) resolve(new URL(url).origin);
    });
    lines.once("close", () => reject(new Error("it ended before it listened")));
  });
}
