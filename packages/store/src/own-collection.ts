// One of our own collections: its name is in the list that keeps syncs from taking it.

import type { OwnCollection } from "@fleetkeeper/model";
import type { Collection, Db, Document } from "mongodb";

/** The collection by its name, typed. */
export function ownCollection<Schema extends Document>(db: Db, name: OwnCollection): Collection<Schema> {
  return db.collection<Schema>(name);
}
