// Handing jobs in so that an answer can rely on it: a job is added, and counts once it is as safe as its
// server can make it. What the servers promise about their disks is asked again whenever they may be others.

import { evictionPolicyOf, type Persistence, persistenceOf, type RedisClient } from "@fleetkeeper/redis";
import { QueueUnavailableError } from "./errors.ts";
import type { QueueName } from "./queues.ts";
import { waitForWrites } from "./wait-for-writes.ts";
import { createWriteBarrier } from "./write-barrier.ts";

const barrierTimeoutMs = 2_500;

/** How the connections for waits are to be made: their number, and a command time-out above the wait. */
export const forWaits = { connections: 4, commandTimeoutMs: barrierTimeoutMs + 500 };

/** What the servers say that they do with what they are given. */
export interface Promised {
  persistence: Persistence;
  /** Absent where they do not say. */
  evictionPolicy: string | undefined;
}

/** Wraps one part of handing in, to time and trace it. */
export type AroundPart = <T>(part: "enqueue" | "confirm", run: () => Promise<T>) => Promise<T>;

/** One queue, to hand jobs in to. */
export interface DurableQueue {
  /**
   * Adds a job by `add`; resolves with what that gave, once the job is on disk.
   * @throws QueueUnavailableError when Redis did not take it, or did not confirm it. It may be there all the
   * same.
   */
  handIn<Job>(add: () => Promise<Job>, around?: AroundPart): Promise<Job>;
  /**
   * Resolves when what was written before is as safe as the server can make it.
   * @throws QueueUnavailableError
   */
  onDisk(): Promise<void>;
}

/**
 * Of all queues alike: they are on the same servers. `onPromise`: called each time that the servers were
 * asked; `onSilence`: when they did not say.
 */
export function createHandIn(options: {
  redis: RedisClient;
  namespace: string;
  /** How many replicas must have it as well. */
  replicas: number;
  onPromise: (promised: Promised) => void;
  onSilence: (error: unknown) => void;
}) {
  const { redis, namespace, replicas, onPromise, onSilence } = options;
  let asked: Promise<Persistence> | undefined;

  redis.on("close", forget);
  redis.on("ready", () => {
    persistence().catch(onSilence);
  });
  // A cluster's masters come and go while the connection to it stays.
  redis.on("+node", forget);

  return {
    /** `waitingRedis` serves nothing else. */
    to(queue: QueueName, waitingRedis: readonly RedisClient[]): DurableQueue {
      const wait = createWriteBarrier(waitingRedis, async (one) =>
        waitForWrites(
          one,
          { namespace, queue },
          { disk: await hasWaitaof(), replicas, timeoutMs: barrierTimeoutMs },
        ),
      );
      return { handIn, onDisk };

      async function handIn<Job>(
        add: () => Promise<Job>,
        around: AroundPart = (_part, run) => run(),
      ): Promise<Job> {
        const job = await around("enqueue", add);
        await around("confirm", onDisk);
        return job;
      }

      async function onDisk(): Promise<void> {
        if (replicas > 0 || (await hasWaitaof())) await wait();
      }
    },
  };

  function persistence(): Promise<Persistence> {
    asked ??= ask().catch((cause) => {
      forget();
      throw new QueueUnavailableError("Redis did not say how it persists", { cause });
    });
    return asked;
  }

  async function ask(): Promise<Persistence> {
    const persistence = await persistenceOf(redis);
    onPromise({ persistence, evictionPolicy: await evictionPolicyOf(redis) });
    return persistence;
  }

  async function hasWaitaof(): Promise<boolean> {
    return (await persistence()) === "confirmed";
  }

  function forget(): void {
    asked = undefined;
  }
}
