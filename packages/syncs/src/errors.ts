// Errors in a publisher's sync, worded so that its author can correct them.

import { defineError, FleetkeeperError } from "@fleetkeeper/model";

/** A publisher's sync has an error; the message is for its author. */
export abstract class SyncError extends FleetkeeperError {}

/** A definition that cannot work. `faults` lists everything that is wrong with it. */
export class SyncDefinitionError extends defineError(SyncError, "ERR_SYNC_DEFINITION", "never") {
  readonly faults: readonly string[];

  constructor(name: string, faults: readonly string[]) {
    super(`the sync ${name} cannot work: ${faults.join("; ")}`);
    this.faults = faults;
  }
}

/** A module of syncs that cannot be imported (`cause` says why), or holds none. */
export class SyncModuleError extends defineError(SyncError, "ERR_SYNC_MODULE", "never") {}

/** Two syncs with one name, or of one resource. */
export class SyncDuplicateError extends defineError(SyncError, "ERR_SYNC_DUPLICATE", "never") {}
