// Answers of a server that is there and cannot serve
// (https://redis.io/docs/latest/develop/reference/protocol-spec/, "Simple errors").

/**
 * Another server is the master, or will be: the address has to be resolved again.
 * - `READONLY`, `MASTERDOWN`: this one is a replica now, with or without its master;
 * - `UNBLOCKED`: it became one while a command waited on it;
 * - `LOADING`: it has just started, or reads all data of its new master;
 * - `NOREPLICAS`: it has lost its replicas (`min-replicas-to-write`), as a master does that was cut off.
 *
 * Not among them: `MISCONF` (its disk fails), `OOM`, `CLUSTERDOWN` and `NOPERM`. The same server continues
 * answering so until an administrator fixes it, and its reads are still valid; ioredis asks a cluster again
 * automatically.
 */
const elsewhere = new Set(["READONLY", "MASTERDOWN", "UNBLOCKED", "LOADING", "NOREPLICAS"]);

/** Whether the answer means that this connection has to be made again. */
export function meansElsewhere(error: Error): boolean {
  return elsewhere.has(error.message.split(" ", 1)[0] ?? "");
}
