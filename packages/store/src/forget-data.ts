// Deletes all of an account's data: its ids all begin with the installation's.

import { setTimeout as sleep } from "node:timers/promises";
import type { InstallationId } from "@fleetkeeper/model";
import type { Db } from "mongodb";
import { idsUnder } from "./id-range.ts";

/** What an account's end does not touch. */
const kept = new Set(["audit", "forgotten", "unrecognisedCallbacks"]);
const longestMs = 60_000;

/**
 * The installation itself must be gone, so that nothing new begins. Looks until it finds nothing that a slice in progress
 * still wrote.
 * @returns how many documents it deleted.
 */
export async function forgetData(db: Db, id: InstallationId): Promise<number> {
  let deleted = 0;
  const endsAtMs = performance.now() + longestMs;
  for (;;) {
    let found = 0;
    for (const { name } of await db.listCollections({}, { nameOnly: true }).toArray()) {
      if (kept.has(name)) continue;
      found += (await db.collection<{ _id: string }>(name).deleteMany({ _id: idsUnder(id) })).deletedCount;
    }
    deleted += found;
    if (found === 0 || performance.now() > endsAtMs) return deleted;
    await sleep(1_000);
  }
}
