// What every way to get a server comes to.

import { ServerNotStartedError } from "./errors.ts";

/** Extra to all ways: where data goes, who is notified of progress, whose environment counts. */
export interface ServerOptions {
  /** Keeps the data in this folder; absent: a temporary folder, deleted on close. */
  dataDir?: string;
  /** Told in one line which step was taken, and how a long one continues. */
  onProgress?: (line: string) => void;
  /** Default `process.env`. */
  env?: NodeJS.ProcessEnv;
  /**
   * A server of the caller's own, to restart or kill: the URL in the environment is not used. Default false.
   */
  own?: boolean;
  /** TCP port on 127.0.0.1, when the server runs as a process of this machine. Default: a free one. */
  port?: number;
}

export interface RunningServer {
  url: string;
  /** One line: where it is from, for instance "redis-server 7.0.15 from the PATH". */
  origin: string;
  /** Ends a server that was started here and resolves when it has ended; a second call does nothing. */
  close(): Promise<void>;
  /** Signals a server that was started here as a process; absent for any other. */
  kill?(signal: NodeJS.Signals): void;
  /** Its process group, where it was started here as a process: to be measured. */
  processGroup?: number | undefined;
}

/** Several servers that are one Redis: a cluster, or a Sentinel group. */
export interface RedisGroup extends RunningServer {
  /**
   * Those that hold data, to be killed and looked at; of a Sentinel group the first is the master at the
   * start.
   */
  servers: readonly RunningServer[];
}

/** One way to get a server: resolves with the server, or with the reason why there is none this way. */
export type Way = () => Promise<RunningServer | string>;

/** Takes the ways in order and returns the first server, or else the reasons of all. */
export async function firstServer(
  server: string,
  ways: Way[],
  onProgress: (line: string) => void,
): Promise<RunningServer | string[]> {
  const reasons: string[] = [];
  for (const way of ways) {
    const outcome = await way().catch(reasonOf);
    if (typeof outcome !== "string") {
      onProgress(`${server}: ${outcome.origin}`);
      return outcome;
    }
    reasons.push(outcome);
    onProgress(`${server}: ${outcome}`);
  }
  return reasons;
}

/** A program that is there but does not start is not a server either: the next way may do. */
function reasonOf(error: unknown): string {
  if (error instanceof ServerNotStartedError) return error.message;
  throw error;
}
