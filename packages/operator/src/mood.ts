// How good something is, as pages colour it and the command line paints it.

import type { InstallationState } from "@fleetkeeper/model";

/** `bad` needs an operator; `wait` passes without help, or was an operator's choice; `busy` is at work. */
export type Mood = "good" | "busy" | "wait" | "bad";

/** How good the state of an account is. */
export const stateMoods: Record<InstallationState, Mood> = {
  pending: "wait",
  active: "good",
  paused: "wait",
  revoked: "bad",
};
