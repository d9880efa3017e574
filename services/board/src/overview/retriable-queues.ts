// The queues whose failed jobs an operator may start again all at once; the dispatch tick is the worker's to mend.

import type { QueueName } from "@fleetkeeper/jobs";

export const retriableQueues: readonly QueueName[] = ["install", "prewarm", "sync"];
