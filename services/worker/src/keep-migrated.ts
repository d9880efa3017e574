// Brings what earlier versions stored up to date while the worker works; one worker at a time does it.

import { randomUUID } from "node:crypto";
import type { Store } from "@fleetkeeper/store";
import type { Log } from "@fleetkeeper/telemetry";

/** Until all is done: the one that is at it may die. */
const againMs = 30_000;

/** At once, and again until it is done; neither does it wait for other work nor other work for it. */
export function keepMigrated(options: { store: Pick<Store, "migrations">; log: Log; now: () => Date }): {
  stop: () => Promise<void>;
} {
  const { store, log, now } = options;
  // One for all tries: the next need not wait until what the one before took is free.
  const holder = randomUUID();
  const stopping = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let running = run();

  async function run(): Promise<void> {
    try {
      const isDone = await store.migrations.migrate({
        holder,
        now,
        signal: stopping.signal,
        onProgress: (progress) => log.info(progress, "documents of an earlier version brought up to date"),
      });
      if (isDone) return;
    } catch (error) {
      if (stopping.signal.aborted) return;
      log.warn({ error }, "documents of an earlier version could not be brought up to date");
    }
    timer = setTimeout(() => {
      running = run();
    }, againMs);
    timer.unref();
  }

  return {
    async stop() {
      stopping.abort();
      clearTimeout(timer);
      await running;
    },
  };
}
