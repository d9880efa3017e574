// How good the state of an account is.

import type { InstallationState } from "@fleetkeeper/model";
import type { Tone } from "../output/style.ts";

export const stateTones: Record<InstallationState, Tone> = { active: "good", paused: "wait", revoked: "bad" };
