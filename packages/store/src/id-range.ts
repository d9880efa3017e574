// All `_id`s that begin with `<prefix>/`, as a filter that an index on `_id` answers.

import { type InstallationId, installationIdPrefix } from "@fleetkeeper/model";

/**
 * `/` is followed by `0` in ASCII, so `[prefix/, prefix0)` holds exactly the ids that begin with `prefix/`.
 * The type is that of a filter on any kind of text id.
 */
export function idsUnder<Id extends string>(prefix: string): { $gte: Id; $lt: Id } {
  return { $gte: `${prefix}/` as Id, $lt: `${prefix}0` as Id };
}

/** A range of `_id`s: of one installation, of all of one app's, or of all. */
export interface IdRange {
  $gte: string;
  $lt: string;
}

/** `~` is behind every character that an id of ours begins with. */
export function idsOf(whose: { installationId: InstallationId } | { app: string } | "all"): IdRange {
  if (whose === "all") return { $gte: "", $lt: "~" };
  if ("installationId" in whose) return idsUnder(whose.installationId);
  const prefix = `${installationIdPrefix(whose.app)}.`;
  return { $gte: prefix, $lt: `${prefix}~` };
}
