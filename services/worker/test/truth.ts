// Compares what MongoDB holds with what the simulated Trackunit holds.

import { type SimulatedAccount, type TrueResource, truthOf } from "@fleetkeeper/simulator";
import type { World } from "./world.ts";

export function trueAssets(account: SimulatedAccount): Map<string, unknown> {
  return truthOf(account, "assets");
}

export async function storedAssets(world: World, account: SimulatedAccount): Promise<Map<string, unknown>> {
  return storedRecords(world, account, "assets");
}

/** The account's records that are not deleted, by external id. */
export async function storedRecords(
  world: Pick<World, "db" | "installationIdOf">,
  account: SimulatedAccount,
  resource: TrueResource,
): Promise<Map<string, unknown>> {
  const stored = new Map<string, unknown>();
  const id = world.installationIdOf(account);
  const range = { $gte: `${id}/`, $lt: `${id}0` };
  const records = world.db.collection<{ _id: string; externalId: string; data: unknown }>(resource);
  for await (const { externalId, data } of records.find({ _id: range, deletedAt: null } as never))
    stored.set(externalId, JSON.parse(JSON.stringify(data)));
  return stored;
}
