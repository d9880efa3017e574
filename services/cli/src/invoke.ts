// Carries out one command: gives it what it needs, reports what it throws, closes what it opened, sets the
// exit code.

import type { Command } from "commander";
import { readEnvironmentOf } from "./environment.ts";
import { InterruptedError } from "./errors.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { faultOf } from "./fault-of.ts";
import { operatorName } from "./operator-name.ts";
import { createOutput, type Output } from "./output/output.ts";
import { watch } from "./output/watch.ts";
import { createReach, type Reach } from "./reach.ts";

/** The options of every command. */
export interface CommonOptions {
  json?: boolean;
  /** Not `--env-file`: Node.js takes that for itself at any place. */
  env?: string;
  as?: string;
  /** Of commands that can be watched. */
  watch?: boolean;
  /** Seconds. */
  interval?: number;
}

/** What a command works with. */
export interface Invocation {
  env: NodeJS.ProcessEnv;
  output: Output;
  reach: Reach;
  /** For the audit log. */
  who: string;
  /** Aborts at the first SIGINT or SIGTERM. */
  signal: AbortSignal;
  now: () => Date;
}

export type Handle<Options, Args extends unknown[]> = (
  invocation: Invocation,
  options: Options & CommonOptions,
  ...args: Args
) => Promise<ExitCode | undefined> | Promise<void>;

/** What Commander's `action` takes. */
export function invoke<Options extends object = object, Args extends unknown[] = []>(
  handle: Handle<Options, Args>,
) {
  return async (...received: unknown[]): Promise<void> => {
    const command = received.at(-1) as Command;
    const args = received.slice(0, -2) as Args;
    const options = command.optsWithGlobals<Options & CommonOptions>();
    const output = createOutput({
      json: options.json === true,
      stdout: process.stdout,
      stderr: process.stderr,
    });
    const interrupted = abortOnSignal();
    let reach: Reach | undefined;
    try {
      const env = readEnvironmentOf(process.env, options.env);
      const who = operatorName(options.as);
      reach = createReach(env);
      const { signal } = interrupted;
      const invocation = { env, output, reach, who, signal, now: () => new Date() };
      const { interval = 2 } = options;
      const work =
        options.watch === true
          ? watch({ ...invocation, stdout: process.stdout, everyMs: interval * 1_000 }, (gathering) =>
              handle({ ...invocation, output: gathering }, options, ...args),
            )
          : handle(invocation, options, ...args);
      process.exitCode = (await Promise.race([work, interrupted.promise])) ?? exitCodes.ok;
    } catch (error) {
      const fault = faultOf(error);
      output.fault(fault);
      process.exitCode = fault.exitCode;
    }
    interrupted.stop();
    await reach?.close();
  };
}

function abortOnSignal() {
  const controller = new AbortController();
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => undefined);
  const onSignal = () => {
    const error = new InterruptedError("interrupted; what was already done stays done");
    controller.abort(error);
    reject(error);
  };
  // A second one ends the process, as there is no listener any more.
  process.once("SIGINT", onSignal).once("SIGTERM", onSignal);
  return {
    signal: controller.signal,
    promise,
    stop: () => void process.off("SIGINT", onSignal).off("SIGTERM", onSignal),
  };
}
