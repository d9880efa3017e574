// The queues: taken from, and without failed jobs.

import { duration, type QueueState, readQueueStates } from "@fleetkeeper/operator";
import { type Examine, type Finding, ok, problem, warning } from "../finding.ts";

const tooLongMs = 60_000;

export const examineQueues: Examine = async ({ reach, now }) => {
  const states = await readQueueStates(await reach.queues());
  const findings = states.flatMap((state) => findingsOf(state, now()));
  return findings.length > 0
    ? findings
    : [ok("QUEUES", "every queue has workers, and no job waits long or has failed")];
};

function findingsOf(
  { queue, workers, failed, delayed, oldestWaitingAt, paused }: QueueState,
  now: Date,
): Finding[] {
  const findings: Finding[] = [];
  if (workers === 0)
    findings.push(
      problem(
        "QUEUE_NO_WORKER",
        `no worker takes jobs from queue ${queue}`,
        "Start a worker, or look at its log.",
      ),
    );
  const waitsMs = oldestWaitingAt === null ? 0 : now.getTime() - oldestWaitingAt.getTime();
  if (waitsMs > tooLongMs)
    findings.push(
      problem(
        "QUEUE_WAITS",
        `the first job of queue ${queue} has waited for ${duration(waitsMs)}`,
        paused ? "The queue is paused: resume it on the board." : "Start more workers, or look at their log.",
      ),
    );
  if (delayed > 0 && queue === "install")
    findings.push(
      warning(
        "INSTALLS_REPEATED",
        `${delayed} installs could not be stored yet and are tried again`,
        "Look at the worker's log, and at MongoDB.",
      ),
    );
  const advice = `Look at \`fleetkeeper failed list --queue ${queue}\`, fix the cause, then \`fleetkeeper failed retry --queue ${queue}\`.`;
  if (failed > 0 && queue === "install")
    findings.push(
      problem("INSTALLS_FAILED", `${failed} installs failed: their credentials exist nowhere else`, advice),
    );
  else if (failed > 0)
    findings.push(warning("JOBS_FAILED", `${failed} jobs of queue ${queue} failed`, advice));
  return findings;
}
