// What is left of a candidate that is refused: an entry of the audit log, a count and a line of the log.

import type { InstallationId } from "@fleetkeeper/model";
import type { Store } from "@fleetkeeper/store";
import type { Log } from "@fleetkeeper/telemetry";
import type { WorkerMetrics } from "./metrics.ts";

/** The audit log names it where an operator would be. */
const auditor = "worker";

export type CandidateRefusals = ReturnType<typeof createCandidateRefusals>;

export function createCandidateRefusals(options: {
  audit: Pick<Store["audit"], "add">;
  metrics: Pick<WorkerMetrics, "candidates">;
  log: Log;
}) {
  const { audit, metrics, log } = options;

  return {
    /** To be called before the candidate is refused. */
    async audit(installationId: InstallationId, code: string, at: Date): Promise<void> {
      const action = `refuse a new credential (${code})`;
      await audit.add({ at, who: auditor, action, installationId, outcome: "refused", code });
    },

    /** Once it is refused. */
    tell(installationId: InstallationId, code: string): void {
      metrics.candidates.inc({ result: code });
      log.warn({ installationId, code }, "candidate refused");
    },
  };
}
