// Makes each start of a job a span, and lets what follows from an install continue in its trace.

import type { QueueName, Task } from "@fleetkeeper/jobs";
import type { InstallationId } from "@fleetkeeper/model";
import type { Traces } from "@fleetkeeper/telemetry";
import type { InstallTraces } from "./install-traces.ts";

type Handle<Name extends QueueName> = (task: Task<Name>) => Promise<unknown>;

/** The handler itself while traces are off. */
export function traceJobs<Name extends QueueName>(
  queue: Name,
  handle: Handle<Name>,
  { traces, installTraces }: { traces: Traces; installTraces: InstallTraces },
): Handle<Name> {
  if (!traces.on) return handle;
  return (task) => {
    const installationId = installationOf(task.payload);
    const fields = { jobId: task.id, attempt: task.attempt, ...(installationId && { installationId }) };
    return traces.span(`${queue} job`, fields, async () => {
      if (queue === "install" && installationId !== undefined) await installTraces.remember(installationId);
      return handle(task);
    });
  };
}

/** Whom a job is about; undefined for a dispatch, and for the syncs of several accounts. */
export function installationOf(payload: Task<QueueName>["payload"]): InstallationId | undefined {
  return "installationId" in payload ? (payload.installationId as InstallationId) : undefined;
}
