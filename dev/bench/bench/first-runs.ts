// Waiting until a new account's syncs have run once.

import { setTimeout as sleep } from "node:timers/promises";
import type { InstallationId } from "@fleetkeeper/model";
import type { World } from "../../../services/worker/test/world.ts";

/** How many there were, when all have ended. */
export async function firstRunsOf(world: World, id: InstallationId): Promise<number> {
  for (;;) {
    const syncs = await world.store.syncs.ofInstallation(id);
    if (syncs.length > 0 && syncs.every(({ lastRun }) => lastRun !== null)) return syncs.length;
    await sleep(20);
  }
}
