// A lane: what waits for one receiver in one account, and how far it has come there.

import type { InstallationId } from "@fleetkeeper/model";
import type { LaneDocument } from "./event-documents.ts";

/** Its `_id`. */
export function laneIdOf(installationId: InstallationId, receiverId: string): string {
  return `${installationId}/${receiverId}`;
}

/** One whose delivery has not begun. */
export function newLane(
  of: Pick<LaneDocument, "installationId" | "receiverId" | "firstToken" | "delivered" | "dueAt">,
): Omit<LaneDocument, "_id"> {
  return { ...of, replays: [], retryAt: null, attempts: 0, failingSince: null, token: 0, wakes: 1 };
}
