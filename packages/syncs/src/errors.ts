// What is wrong with a sync that somebody wrote, said so that they can put it right.

import { defineError, FleetkeeperError } from "@fleetkeeper/model";

/** Something is wrong with a sync that somebody wrote; the message is for them. */
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
