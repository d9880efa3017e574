// Collects the lines of the request log, and writes them every second and at the end.

import type { ForwardedRequest, Store } from "@fleetkeeper/store";
import { writeInBatches } from "../write-in-batches.ts";

export interface RequestNotes {
  note(request: ForwardedRequest): void;
  /** Writes what is left. */
  close(): Promise<void>;
}

/** While MongoDB is away the newest stay. */
const maxWaiting = 5_000;

export function createRequestNotes(options: {
  requestLog: Pick<Store["requestLog"], "add">;
  onError: (error: unknown) => void;
  now: () => Date;
  /** Default 1 000. */
  everyMs?: number;
}): RequestNotes {
  const { requestLog, onError, now, everyMs = 1_000 } = options;
  let waiting: ForwardedRequest[] = [];
  const batches = writeInBatches({
    take() {
      const taken = waiting;
      waiting = [];
      return taken;
    },
    write: (taken) => requestLog.add(taken, now()),
    giveBack(taken) {
      waiting = [...taken, ...waiting].slice(-maxWaiting);
    },
    onError,
    everyMs,
  });

  return {
    note(request) {
      waiting.push(request);
      if (waiting.length > maxWaiting) waiting.shift();
    },
    close: batches.close,
  };
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
