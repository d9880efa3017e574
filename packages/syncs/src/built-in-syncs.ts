// The syncs that come with Fleetkeeper: one file per resource. One more file here and one more line below is
// one more sync.

import { aempEquipment } from "./aemp-equipment.ts";
import { alertConfigurations } from "./alert-configurations.ts";
import { assetEvents } from "./asset-events.ts";
import { assetLocations } from "./asset-locations.ts";
import { assets } from "./assets.ts";
import { customers } from "./customers.ts";
import type { SyncDefinition } from "./define-sync.ts";
import { sites } from "./sites.ts";

/** The syncs that every installation gets. */
export const builtInSyncs: readonly SyncDefinition[] = [
  assets,
  sites,
  customers,
  assetLocations,
  alertConfigurations,
  assetEvents,
  aempEquipment,
];
