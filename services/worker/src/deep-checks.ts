// The deep checks of a worker: each queue's consumer takes a job, a sealed text opens, MongoDB takes a write.

import { randomUUID } from "node:crypto";
import { type Consumer, proveConsumer, type QueueName, type QueueSet } from "@fleetkeeper/jobs";
import { asInstallationId, defineError, FleetkeeperError } from "@fleetkeeper/model";
import type { DeepCheck } from "@fleetkeeper/runtime";
import type { Open, Seal } from "@fleetkeeper/sealing";
import type { Store } from "@fleetkeeper/store";

export function createDeepChecks(options: {
  consumers: Record<QueueName, Consumer>;
  queues: QueueSet;
  store: Store;
  seal: Seal;
  open: Open;
}): Record<string, DeepCheck> {
  const { consumers, queues, store, seal, open } = options;
  const processId = randomUUID();
  const ofConsumers = Object.entries(consumers).map(([name, consumer]): [string, DeepCheck] => {
    const queue = name as QueueName;
    return [`queue ${queue}`, () => proveConsumer({ queues, queue, consumer, processId })];
  });

  return {
    ...Object.fromEntries(ofConsumers),

    async sealing() {
      const text = randomUUID();
      const binding = { installationId: asInstallationId("probe"), purpose: "credential" } as const;
      if ((await open(await seal(text, binding), binding)) !== text)
        throw new SealingRoundTripError("a sealed text gave another text when opened");
    },

    mongodb: () => store.proveWrite("worker"),
  };
}

/** A text came back as another one: the keys to seal and to open with do not belong together. */
class SealingRoundTripError extends defineError(FleetkeeperError, "ERR_SEALING_ROUND_TRIP", "never") {}
