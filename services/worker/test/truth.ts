// Compares what MongoDB holds with what the simulated Trackunit holds.

import { globalId, graphqlAsset, type SimulatedAccount } from "@fleetkeeper/simulator";
import type { World } from "./world.ts";

/** The account's assets as the sync should have stored them, by external id, without the `sites` connection. */
export function trueAssets(account: SimulatedAccount): Map<string, unknown> {
  return new Map(account.assets().map((asset) => [globalId("Asset", asset.id), plain(graphqlAsset(asset))]));
}

/** The stored assets of the account that are not deleted, in the same shape. */
export async function storedAssets(world: World, account: SimulatedAccount): Promise<Map<string, unknown>> {
  const installationId = world.installationIdOf(account);
  const stored = new Map<string, unknown>();
  for await (const { externalId, data } of world.db
    .collection("assets")
    .find({ installationId, deletedAt: null })) {
    const { sites: _, ...rest } = data;
    stored.set(externalId, plain(rest));
  }
  return stored;
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
