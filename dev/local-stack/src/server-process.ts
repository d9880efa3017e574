// A server as a child process that outlives Ctrl-C and never outlives its parent.

import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { ServerNotStartedError } from "./errors.ts";

const startTimeoutMs = 30_000;
const closeTimeoutMs = 10_000;
const pollEveryMs = 50;
const keptOutputBytes = 4_000;

export interface ServerCommand {
  command: string;
  args: string[];
  /**
   * The program ends automatically when its stdin ends; any other gets a shell beside it that sees to that.
   */
  endsWithStdin?: boolean;
  /** Resolves once the server answers; called again after a failure until the time is up. */
  ping: () => Promise<unknown>;
}

export interface ServerProcess {
  /** Asks the server to end, ends it by force after 10 s, and resolves when it has ended. */
  close(): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  /** The id of its process group, in which are the server and what sees to its end. */
  processGroup: number | undefined;
}

/**
 * Starts the command and resolves when it answers.
 *
 * The server gets a process group of its own: Ctrl-C in a terminal reaches all of the terminal's group at
 * once, and a server must live until the services that use it have closed. Its stdin is a pipe from this
 * process, and the end of it, however this process ends, is the end of the server.
 */
export async function startServerProcess(server: ServerCommand): Promise<ServerProcess> {
  const [command, args] = server.endsWithStdin
    ? [server.command, server.args]
    : ["/bin/sh", ["-c", endWithStdin, server.command, ...server.args]];
  const child = spawn(command, args, { detached: true, stdio: ["pipe", "pipe", "pipe"] });
  child.stdin.on("error", () => {}); // EPIPE: the server ended first
  const output = keepOutput(child);
  let closed = false;
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", () => {
      closed = true; // from now on the process id may be another's
    });
    // Not "exit": the shell may end a moment before the server, which holds the other end of the output.
    child.once("close", (code, signal) => resolve(signal ?? `exit ${code}`));
  });
  const running: ServerProcess = {
    async close() {
      child.stdin.end();
      const timer = setTimeout(() => signalGroup(child, "SIGKILL"), closeTimeoutMs);
      await ended;
      clearTimeout(timer);
    },
    kill(signal) {
      if (!closed) signalGroup(child, signal);
    },
    processGroup: child.pid,
  };

  const started = await Promise.race([answering(server.ping), ended]);
  if (started !== true) {
    await running.close();
    throw new ServerNotStartedError(`${server.command} did not start (${started}): ${output()}`);
  }
  return running;
}

// $0 and $@ are the server's command line. `cat` ends when stdin does, and the shell when the server does.
const endWithStdin = `
exec 3<&0
"$0" "$@" </dev/null 3<&- & server=$!
{ cat <&3 >/dev/null 2>&1; kill "$server"; } >/dev/null 2>&1 & exec 3<&-
wait "$server"`;

async function answering(ping: () => Promise<unknown>): Promise<true | string> {
  const deadline = Date.now() + startTimeoutMs;
  for (;;) {
    try {
      await ping();
      return true;
    } catch (error) {
      if (Date.now() > deadline) return `no answer after ${startTimeoutMs} ms: ${String(error)}`;
      await new Promise((resolve) => setTimeout(resolve, pollEveryMs));
    }
  }
}

/** Signals the server and the shell beside it, which may have ended before it. */
function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(process.platform === "win32" ? child.pid : -child.pid, signal);
  } catch {
    // all of them have ended
  }
}

/** Reads what the server prints, so that it never blocks, and keeps the end of it for an error message. */
function keepOutput(child: ChildProcess): () => string {
  let kept = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      kept = (kept + text).slice(-keptOutputBytes);
    });
  }
  return () => kept.trim();
}

/**
 * Calls start with the port, or with one that is free. That one may be gone a moment later, so a server that
 * did not start gets a second one.
 */
export async function onFreePort<T>(
  port: number | undefined,
  start: (port: number) => Promise<T>,
): Promise<T> {
  if (port !== undefined) return start(port);
  try {
    return await start(await freePort());
  } catch (error) {
    if (!(error instanceof ServerNotStartedError)) throw error;
    return start(await freePort());
  }
}

/** Returns a port of 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new ServerNotStartedError("no free TCP port");
  return address.port;
}
