// The schedule: whether what is due is dispatched, and whether the tick that does it still runs.

import type { InstallationId } from "@fleetkeeper/model";
import { duration } from "@fleetkeeper/operator";
import { isSet } from "../../configuration.ts";
import { type Examine, type Examiner, type Finding, ok, problem, skipped, warning } from "../finding.ts";

/** The tick comes every second; a lag of some seconds is load, not a fault. */
const lateMs = 60_000;
const tooLateMs = 5 * 60_000;
const tickGraceMs = 10_000;

export const examineSchedule: Examine = async (examiner) => [
  ...(isSet(examiner.env, "REDIS_URL")
    ? [await tick(examiner)]
    : [skipped("TICK", "the tick was not checked: REDIS_URL is not set")]),
  ...(await lags(examiner)),
];

async function tick({ reach, now }: Examiner): Promise<Finding> {
  const nextAt = await (await reach.queues()).nextTickAt();
  const advice = "Start a worker: it starts the tick and watches it. If one runs, look at its log.";
  if (nextAt === undefined)
    return problem("TICK_MISSING", "there is no dispatch tick: nothing is scheduled", advice);
  const lateByMs = now().getTime() - nextAt.getTime();
  return lateByMs < tickGraceMs
    ? ok("TICK", "the dispatch tick runs")
    : problem("TICK_STOPPED", `the dispatch tick should have run ${duration(lateByMs)} ago`, advice);
}

async function lags({ reach, now }: Examiner): Promise<Finding[]> {
  const store = await reach.store();
  const [sync] = await store.syncs.due(now(), 1);
  const [token] = await store.installations.duePrewarms(now(), 1);
  return [
    lag("SCHEDULE", "sync", sync?.nextRunAt, sync?._id, now()),
    lag("PREWARM", "token", token?.prewarmAt, token?._id as InstallationId | undefined, now()),
  ];
}

function lag(
  code: string,
  what: string,
  dueAt: Date | null | undefined,
  id: string | undefined,
  now: Date,
): Finding {
  const lagMs = dueAt ? now.getTime() - dueAt.getTime() : 0;
  if (lagMs < lateMs) return ok(`${code}_LAG`, `no ${what} is overdue`);
  return (lagMs < tooLateMs ? warning : problem)(
    `${code}_LATE`,
    `the longest overdue ${what} (${id}) has been due for ${duration(lagMs)}`,
    "Check that workers run and keep up: `fleetkeeper queues`; add workers if not.",
  );
}
