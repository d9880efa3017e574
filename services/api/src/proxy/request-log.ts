// Collects the lines of the request log, and writes them every second and at the end: no request waits for MongoDB because of it.

import type { ForwardedRequest, Store } from "@fleetkeeper/store";

export interface RequestNotes {
  note(request: ForwardedRequest): void;
  /** Writes what is left. */
  close(): Promise<void>;
}

/** While MongoDB is away the newest stay. */
const mostWaiting = 5_000;

export function createRequestNotes(options: {
  requestLog: Pick<Store["requestLog"], "add">;
  onError: (error: unknown) => void;
  now: () => Date;
  /** Default 1 000. */
  everyMs?: number;
}): RequestNotes {
  const { requestLog, onError, now, everyMs = 1_000 } = options;
  let waiting: ForwardedRequest[] = [];
  let writing: Promise<void> | undefined;
  const timer = setInterval(() => void flush(), everyMs);

  return {
    note(request) {
      waiting.push(request);
      if (waiting.length > mostWaiting) waiting.shift();
    },
    async close() {
      clearInterval(timer);
      await writing;
      await flush();
    },
  };

  function flush(): Promise<void> {
    writing ??= write().finally(() => {
      writing = undefined;
    });
    return writing;
  }

  async function write(): Promise<void> {
    const taken = waiting;
    waiting = [];
    try {
      await requestLog.add(taken, now());
    } catch (error) {
      onError(error);
      waiting = [...taken, ...waiting].slice(-mostWaiting);
    }
  }
}

/** Only the names of a query's values: those may be secrets, or about persons. */
export function loggedPath(path: string): string {
  const [plain = "", query] = path.split("?", 2);
  const names =
    query === undefined
      ? ""
      : `?${query
          .split("&")
          .map((pair) => pair.split("=", 1)[0])
          .join("&")}`;
  return `${plain}${names}`.slice(0, 500);
}
