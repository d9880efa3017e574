// The repeated job that looks for due work.

import type { Queue } from "bullmq";

/** The tick at which due work is dispatched. */
export interface DispatchTick {
  /**
   * Makes the dispatch tick exist and run: a tick whose one delayed job was lost would never run again
   * automatically, so every worker calls this now and then. Returns whether it had to be set up.
   */
  ensureTick(everyMs: number, now: Date): Promise<boolean>;

  /** When the next dispatch tick is to run; long past: no worker runs them; undefined: none was set up. */
  nextTickAt(): Promise<Date | undefined>;
}

/** One tick for all workers, in the queue `dispatch`, which is opened when it is asked for. */
export function createDispatchTick(queues: {
  readonly dispatch: Pick<Queue, "getJobScheduler" | "removeJobScheduler" | "upsertJobScheduler">;
}): DispatchTick {
  return {
    async ensureTick(everyMs: number, now: Date): Promise<boolean> {
      const tick = await queues.dispatch.getJobScheduler("tick");
      const lateMs = now.getTime() - (tick?.next ?? 0);
      if (tick?.every === everyMs && Math.abs(lateMs) < 5 * everyMs) return false;
      // One that a clock far ahead has set would stay where it is.
      if (lateMs < 0) await queues.dispatch.removeJobScheduler("tick");
      await queues.dispatch.upsertJobScheduler("tick", { every: everyMs }, { name: "tick", data: {} });
      return true;
    },

    async nextTickAt(): Promise<Date | undefined> {
      const tick = await queues.dispatch.getJobScheduler("tick");
      return tick?.next === undefined ? undefined : new Date(tick.next);
    },
  };
}
