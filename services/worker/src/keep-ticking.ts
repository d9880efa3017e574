// Keeps the dispatch tick alive: a job scheduler whose one delayed job is lost does nothing until it
// is created again.

import type { QueueSet } from "@fleetkeeper/jobs";
import type { Log } from "@fleetkeeper/telemetry";

/** Sets the tick up and looks at it five times its period; every worker does, the result is the same. */
export async function keepTicking(options: {
  queues: Pick<QueueSet, "ensureTick">;
  log: Log;
  everyMs: number;
  now: () => Date;
}): Promise<{ stop: () => void }> {
  const { queues, log, everyMs, now } = options;
  await queues.ensureTick(everyMs, now());
  const timer = setInterval(() => {
    queues.ensureTick(everyMs, now()).then(
      (fixed) => fixed && log.warn("the dispatch tick was lost and is started again"),
      (error) => log.warn({ error }, "the dispatch tick could not be checked"),
    );
  }, 5 * everyMs);
  return { stop: () => clearInterval(timer) };
}
