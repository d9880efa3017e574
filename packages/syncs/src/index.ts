// What is synced, one file a resource, and how a sync is defined.

export { aempEquipment } from "./aemp-equipment.ts";
export { alertConfigurations } from "./alert-configurations.ts";
export { assetEvents } from "./asset-events.ts";
export { assetLocations } from "./asset-locations.ts";
export { assets } from "./assets.ts";
export { builtInSyncs } from "./built-in-syncs.ts";
export { customers } from "./customers.ts";
export { defineSync, isSyncDefinition, type SyncDefinition } from "./define-sync.ts";
export { SyncDefinitionError, SyncDuplicateError, SyncError, SyncModuleError } from "./errors.ts";
export { number } from "./exact-numbers.ts";
export { loadSyncs } from "./load-syncs.ts";
export { lacksScope } from "./scopes.ts";
export { sites } from "./sites.ts";
