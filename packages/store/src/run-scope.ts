// Whose records a write is about, and in which run.

import type { InstallationId, SyncId } from "@fleetkeeper/model";

export interface RunScope {
  installationId: InstallationId;
  syncId: SyncId;
  /** Name of the collection. */
  resource: string;
  fencingToken: number;
  passId: string;
}
