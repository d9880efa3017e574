// What actions on many accounts are called, and what comes of them.

import type { BulkActionName } from "@fleetkeeper/operator";

/** Of each action: on buttons, and what comes of it. */
export const bulkWords: Record<BulkActionName, { verb: string; consequence: string }> = {
  pause: {
    verb: "Pause",
    consequence:
      "Until they are resumed, no sync of these accounts runs and no token is requested. Runs in progress stop at their next page and keep their progress.",
  },
  resume: {
    verb: "Resume",
    consequence:
      "A token is requested and the syncs of these accounts are due at once. Syncs that were paused on their own stay paused.",
  },
  sync: {
    verb: "Sync now",
    consequence:
      "Every sync of these accounts is due at once, as soon as a worker is free; those that were paused on their own stay paused.",
  },
  retry: {
    verb: "Retry failed jobs",
    consequence: "Every failed job of these accounts, in all queues, is started again.",
  },
};
