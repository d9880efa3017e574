// What an operator may do to jobs and queues on the Bull board; everything else that changes something is
// off.

import type { QueueName } from "@fleetkeeper/jobs";

export interface Operation {
  /** The Bull board's own route, below its prefix. */
  route: string;
  /** Of the log. */
  name: string;
  /** Queues that it is not for. */
  notFor?: readonly QueueName[];
  /** The only value that `:queueStatus` may have. */
  status?: "failed";
}

const job = "/api/queues/:queueName/:jobId";
const queue = "/api/queues/:queueName";

/**
 * Adding jobs and editing their data is off: payloads come from a verified callback or from the schedule in
 * MongoDB. A failed install stays until it is retried: the credential in it exists nowhere else. Queues are
 * not emptied or obliterated, and the dispatch tick is the worker's to fix.
 */
export const operations: readonly Operation[] = [
  { route: `${job}/retry`, name: "retry job" },
  { route: `${queue}/retry/:queueStatus`, name: "retry all", status: "failed" },
  { route: `${job}/promote`, name: "promote job" },
  { route: `${queue}/promote`, name: "promote all" },
  { route: `${job}/clean`, name: "remove job", notFor: ["install", "forget"] },
  { route: `${queue}/pause`, name: "pause queue" },
  { route: `${queue}/resume`, name: "resume queue" },
  { route: "/api/queues/pause", name: "pause all queues" },
  { route: "/api/queues/resume", name: "resume all queues" },
];

/** Undefined when that is off. `params` are those of the route. */
export function allowedOperation(
  method: string,
  route: string,
  params: { queueName?: string; queueStatus?: string },
): Operation | undefined {
  const operation = operations.find((candidate) => candidate.route === route);
  if (method !== "PUT" || operation === undefined) return undefined;
  const { notFor = [], status = params.queueStatus } = operation;
  const isAllowed = !notFor.some((name) => name === params.queueName) && status === params.queueStatus;
  return isAllowed ? operation : undefined;
}
