// A folder that only its owner opens, since it holds secrets or customers' data. One that was there before
// and is not ours is left alone.

import { chmodSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { defineError, FleetkeeperError } from "@fleetkeeper/model";

/** Others can open the folder, and it may not be ours: it was left unchanged. */
export class FolderSharedError extends defineError(FleetkeeperError, "ERR_FOLDER_SHARED", "never") {
  constructor(path: string, options?: ErrorOptions) {
    super(
      `others can open the folder ${path}, and it holds files that are not Fleetkeeper's: name a separate folder, or close this one (chmod 700)`,
      options,
    );
  }
}

/**
 * Makes it, with those above it, or closes it to others where it is empty or holds nothing but what `isOurs`
 * knows.
 * @throws FolderSharedError
 */
export function makePrivateFolder(path: string, isOurs: (name: string) => boolean): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  if (process.platform === "win32" || (statSync(path).mode & 0o077) === 0) return;
  if (!readdirSync(path).every(isOurs)) throw new FolderSharedError(path);
  try {
    chmodSync(path, 0o700);
  } catch (cause) {
    throw new FolderSharedError(path, { cause });
  }
}
