// The syncs that this worker runs: those it was built with and those that SYNC_MODULES names.

import { ConfigurationError } from "@fleetkeeper/runtime";
import { lacksScope, loadSyncs, type SyncDefinition, SyncError } from "@fleetkeeper/syncs";
import type { Log } from "@fleetkeeper/telemetry";
import type { WorkerConfig } from "./config.ts";

/** By name. The log names those that no configured scope allows. @throws ConfigurationError */
export async function loadDefinitions(
  config: WorkerConfig,
  syncs: readonly SyncDefinition[],
  log: Log,
): Promise<ReadonlyMap<string, SyncDefinition>> {
  const definitions = new Map(
    [...syncs, ...(await loadConfiguredSyncs(config))].map((definition) => [definition.name, definition]),
  );
  for (const definition of definitions.values())
    if (lacksScope(definition, config.scopes))
      log.warn(
        { sync: definition.name },
        `sync will wait for a scope: TRACKUNIT_SCOPES has none of ${definition.scopes.join(", ")}`,
      );
  return definitions;
}

async function loadConfiguredSyncs({ syncModules }: WorkerConfig): Promise<SyncDefinition[]> {
  try {
    return await loadSyncs(syncModules);
  } catch (error) {
    if (error instanceof SyncError) throw new ConfigurationError([`SYNC_MODULES: ${error.message}`]);
    throw error;
  }
}
