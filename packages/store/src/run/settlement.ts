// How a run leaves its sync.

import type { RunOutcome, Waiting } from "@fleetkeeper/model";

/** `nextRunAt` null: nothing but an action from outside wakes it. */
export interface Settlement {
  nextRunAt: Date | null;
  waiting: Waiting;
  failures: number;
  /** Whether the next run continues at the checkpoint. */
  keepsCheckpoint: boolean;
  /** Absent where the run only made room for others. */
  ended?: RunOutcome;
  /** For operators, who see only the store. */
  definedIntervalMs?: number;
}
