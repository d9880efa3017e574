// The shapes of the change feed's documents.

import type { RecordChange } from "@fleetkeeper/model";
import type { Binary } from "mongodb";

/** Collection `changes`: what one page of one run changed, or a part of it. */
export interface ChangesDocument {
  /** `<sync id>/<fencing token, 12 digits>-<number within the run, 8 digits>`: grows within one sync. */
  _id: string;
  at: Date;
  /** Position of the entry before; null at a feed's beginning. One that none comes after does not count. */
  after: string | null;
  /**
   * Without `fields` of what was created; without `data` where that is in `texts`. `feed-entry.ts` reads it.
   */
  changes: (Pick<RecordChange, "externalId" | "kind"> & Partial<RecordChange>)[];
  /** A JSON list of the data of those changes that have none, in their order, compressed (zstd). */
  texts?: Binary;
}

/** Collection `feedCursors`: how far one consumer of the change feed has come in one sync. */
export interface FeedCursorDocument {
  /** `<sync id>/<consumer>`. */
  _id: string;
  position: string;
  /** By MongoDB's clock. Absent: before versions that write it. */
  confirmedAt?: Date;
}
