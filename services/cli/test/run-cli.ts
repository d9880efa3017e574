// Runs the command line as a process, as a user would.

import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));

export interface CliResult {
  code: number | null;
  stdout: string;
  stderr: string;
  /** Stdout as JSON. */
  json: () => Record<string, unknown>;
  /** The error on stderr, as JSON. */
  error: () => { code: string; message: string; advice?: string };
}

/** Nothing of this process's environment but the path comes through; it runs in a folder without `.env`. */
export function runCli(
  args: readonly string[],
  options: { env?: Record<string, string>; cwd?: string; input?: string; killAfterMs?: number } = {},
): Promise<CliResult> & { kill: (signal: NodeJS.Signals) => void } {
  const { env = {}, cwd = tmpdir(), input = "", killAfterMs = 50_000 } = options;
  const child = spawn(process.execPath, [main, ...args], {
    cwd,
    stdio: ["pipe", "pipe", "pipe"],
    env: { PATH: process.env.PATH ?? "", ...env },
    signal: AbortSignal.timeout(killAfterMs),
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  // It may have ended before it read anything.
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  const result = new Promise<CliResult>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) =>
      resolve({
        code,
        stdout,
        stderr,
        json: () => JSON.parse(stdout),
        error: () => JSON.parse(stderr.trim().split("\n").at(-1) ?? "").error,
      }),
    );
  });
  return Object.assign(result, { kill: (signal: NodeJS.Signals) => void child.kill(signal) });
}
