// Carries out what a command does in this process: a process of its own takes a second to start.

import { onTestFinished } from "vitest";
import type { CommonOptions, Handle } from "../src/invoke.ts";
import { createOutput } from "../src/output/output.ts";
import { createReach } from "../src/reach.ts";

/** With `--json`; what it throws is thrown. */
export function inProcess<Options, Args extends unknown[]>(
  handle: Handle<Options, Args>,
  env: Record<string, string>,
) {
  const reach = createReach(env);
  onTestFinished(() => reach.close());
  return async (options: Options & CommonOptions, ...args: Args) => {
    let stdout = "";
    const write = (text: string) => {
      stdout += text;
      return true;
    };
    const stream = { write } as unknown as NodeJS.WriteStream;
    const output = createOutput({ json: true, stdout: stream, stderr: process.stderr });
    const { signal } = new AbortController();
    const invocation = { env, output, reach, who: "test", signal, now: () => new Date() };
    const code = await handle(invocation, options, ...args);
    return { code, stdout, json: () => JSON.parse(stdout) as Record<string, unknown> };
  };
}
