// The deep checks of the ingress: what a callback needs, each done once for nothing.

import { type DurableQueue, QueueUnavailableError } from "@fleetkeeper/jobs";
import { asInstallationId } from "@fleetkeeper/model";
import { proveWrite, type RedisClient, redisKeys } from "@fleetkeeper/redis";
import type { DeepCheck } from "@fleetkeeper/runtime";
import type { Seal } from "@fleetkeeper/sealing";
import type { KeySet } from "./key-set.ts";

/** The ingress cannot open what it seals: only that it seals can be seen here. */
export function createDeepChecks(options: {
  keySet: Pick<KeySet, "check">;
  seal: Seal;
  redis: RedisClient;
  namespace: string;
  queue: Pick<DurableQueue, "onDisk">;
}): Record<string, DeepCheck> {
  const { keySet, seal, redis, namespace, queue } = options;
  return {
    keySet: async () => keySet.check(),
    async seal() {
      await seal("probe", { installationId: asInstallationId("probe"), purpose: "credential" });
    },
    async redis() {
      await proveWrite(redis, [redisKeys(namespace).queueProbe("install")]).catch((cause: unknown) => {
        throw new QueueUnavailableError("Redis did not accept a write", { cause });
      });
      await queue.onDisk();
    },
  };
}
