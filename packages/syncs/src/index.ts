// What is synced, one file per resource, and how a sync is defined.

export { aempEquipment } from "./aemp-equipment.ts";
export { alertConfigurations } from "./alert-configurations.ts";
export { assetEvents } from "./asset-events.ts";
export { assetLocations } from "./asset-locations.ts";
export { assets } from "./assets.ts";
export { builtInSyncs } from "./built-in-syncs.ts";
export { customers } from "./customers.ts";
export { SyncDuplicateError, SyncError, SyncModuleError } from "./errors.ts";
export {
  type ApiRequest,
  defineSync,
  ExactNumber,
  type GraphqlConnection,
  type IncompleteItem,
  isSyncDefinition,
  type MaybeItem,
  number,
  type Page,
  type PageOptions,
  type RestCursorList,
  type RestList,
  type Send,
  type SyncDefinition,
  SyncDefinitionError,
  type TrackunitClient,
} from "./for-authors.ts";
export { loadSyncs } from "./load-syncs.ts";
export { lacksScope } from "./scopes.ts";
export { type Sifted, sift } from "./sift.ts";
export { sites } from "./sites.ts";
