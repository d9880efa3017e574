// A worker as a process of its own, to be killed.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));

/** Ends with the test's process, whatever happens to it. */
export function spawnWorker(env: Record<string, string>): {
  kill: (signal: NodeJS.Signals) => Promise<void>;
  child: ChildProcess;
} {
  const child = spawn(process.execPath, [main], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ["ignore", process.env.TEST_LOG_LEVEL === undefined ? "ignore" : "inherit", "inherit", "ipc"],
  });
  return {
    child,
    async kill(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.kill(signal);
      await ended;
    },
  };
}
