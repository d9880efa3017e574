// What passes may delete while an account's client id has changed and no operator has accepted that: the new
// credential may read another account's data.

import type { InstallationId } from "@fleetkeeper/model";
import type { Collection, Db } from "mongodb";
import type { InstallationDocument } from "../installation-document.ts";
import { ownCollection } from "../own-collection.ts";
import type { AbsenceRules } from "./sweep.ts";

/** More than this share of the known records is a mass. */
const share = 0.02;

/** Stricter ones since the client changed: only an operator's word deletes a mass. */
export async function rulesFor(db: Db, _id: InstallationId, usual: AbsenceRules): Promise<AbsenceRules> {
  const installations: Collection<InstallationDocument> = ownCollection(db, "installations");
  const changed = await installations.findOne(
    { _id, clientChange: { $ne: null } },
    { projection: { _id: 1 } },
  );
  if (changed === null) return usual;
  return { share: Math.min(usual.share, share), records: 0, passes: Number.POSITIVE_INFINITY };
}
