// What actions on many accounts are called, and what comes of them.

import type { BulkActionName } from "@fleetkeeper/operator";

/** Of each action: on buttons, and what comes of it. */
export const bulkWords: Record<BulkActionName, { verb: string; consequence: string }> = {
  pause: {
    verb: "Pause",
    consequence:
      "No sync of these accounts runs and no token is asked for until somebody resumes them. What runs now stops at its next page; its progress stays.",
  },
  resume: {
    verb: "Resume",
    consequence:
      "A token is asked for and the syncs of these accounts are due at once. Syncs that were paused one by one stay paused.",
  },
  sync: {
    verb: "Sync now",
    consequence:
      "Every sync of these accounts is due at once, as soon as a worker is free; those that are paused one by one stay so.",
  },
  retry: {
    verb: "Retry failed jobs",
    consequence: "Every failed job about these accounts, in whatever queue, is started again.",
  },
};
