// The life of a service: build from top to bottom, wait for SIGTERM or SIGINT, close in reverse within a
// bound.

import type { Log } from "@fleetkeeper/telemetry";
import { ConfigurationError } from "./environment.ts";

/** EX_CONFIG of sysexits.h. */
const exitCodeOfConfiguration = 78;

/** Registers what must be undone at the end; the last registered is closed first. */
export type Defer = (what: string, close: () => Promise<unknown> | unknown) => void;

/** How one process lives and ends. */
export interface ServiceOptions {
  log: Log;
  /**
   * After this long the process ends although something has not closed. Default 25 000, below the usual 30 s
   * of orchestrators.
   */
  closeTimeoutMs?: number;
}

/**
 * Runs a service until a signal ends it; SIGUSR2 turns debug lines on, and off again. A failed start closes
 * what was built and ends with exit code 1, or 78 where the configuration was at fault; a second signal ends
 * the process at once.
 */
export async function runService(
  options: ServiceOptions,
  start: (defer: Defer) => Promise<void>,
): Promise<void> {
  const { log, closeTimeoutMs = 25_000 } = options;
  const closers: { what: string; close: () => Promise<unknown> | unknown }[] = [];
  const ended = signalled(log);
  switchLevelOnSignal(log);
  logWhatNobodyCaught(log);
  try {
    await start((what, close) => closers.push({ what, close }));
    log.info("service started");
    const signal = await ended;
    log.info({ signal }, "service stopping");
  } catch (error) {
    log.fatal({ error }, "service failed to start");
    process.exitCode = error instanceof ConfigurationError ? exitCodeOfConfiguration : 1;
  }
  const deadline = setTimeout(() => {
    log.error({ closeTimeoutMs, waitingFor: closers.at(-1)?.what }, "service did not stop in time");
    process.exit(1);
  }, closeTimeoutMs);
  for (let closer = closers.at(-1); closer !== undefined; closers.pop(), closer = closers.at(-1)) {
    try {
      await closer.close();
    } catch (error) {
      log.error({ error, what: closer.what }, "close failed");
    }
  }
  clearTimeout(deadline);
  log.info("service stopped");
  process.exit();
}

function signalled(log: Log): Promise<string> {
  return new Promise((resolve) => {
    let seen = false;
    const onSignal = (signal: string) => {
      if (seen) {
        log.warn({ signal }, "second signal: ending at once");
        process.exit(1);
      }
      seen = true;
      resolve(signal);
    };
    process.on("SIGTERM", onSignal);
    process.on("SIGINT", onSignal);
    // Started by another Node.js process with a channel to it: that one's end is ours.
    process.once("disconnect", () => onSignal("disconnect"));
  });
}

/** Node.js would print the error with everything that hangs on it, a command with its password too. */
function logWhatNobodyCaught(log: Log): void {
  process.on("uncaughtException", (error) => {
    log.fatal({ error }, "uncaught error");
    process.exit(1);
  });
}

/**
 * Between the level it was started with and `debug`; between `debug` and `info` where it was started with
 * `debug` or `trace`.
 */
function switchLevelOnSignal(log: Log): void {
  const usual = log.level;
  const other = log.isLevelEnabled("debug") ? "info" : "debug";
  process.on("SIGUSR2", () => {
    log.level = log.level === usual ? other : usual;
    log.warn({ logLevel: log.level }, "log level changed");
  });
}

/** Reads a service's configuration; on a fault prints it for a person and ends with exit code 78. */
export function configure<Config>(read: (env: NodeJS.ProcessEnv) => Config): Config {
  try {
    return read(process.env);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    process.stderr.write(
      `${error.code}: ${error.message}\nEvery variable is explained in docs/configuration.md.\n`,
    );
    process.exit(exitCodeOfConfiguration);
  }
}
