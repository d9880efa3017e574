// What is synced, one file a resource.

import { assets } from "./assets.ts";
import type { SyncDefinition } from "./define-sync.ts";

export { defineSync, type SyncDefinition } from "./define-sync.ts";

/** The syncs that every installation gets. */
export const builtInSyncs: readonly SyncDefinition[] = [assets];
