// What a run sets aside: items that cannot be records, kept for the operator to see while the rest of their
// page continues.

import type { Checkpoint } from "@fleetkeeper/model";
import type { Collection } from "mongodb";
import { dataHash } from "../data-hash.ts";
import type { SetAsideDocument } from "../documents.ts";
import { idsUnder } from "../id-range.ts";
import type { Fence } from "./fence.ts";
import { writeFenced } from "./write-fenced.ts";

/** One item, and why it is not a record. */
export interface SetAsideItem {
  /** Undefined when not even that could be told. */
  externalId: string | undefined;
  item: unknown;
  /** What does not fit: paths and expectations, no values. */
  reasons: string[];
}

const maxItemLength = 8_000;
const maxPerPage = 100;
/** Of one sync; checked with each tidying. */
export const maxSetAside = 1_000;

type Pass = Pick<Checkpoint, "pass" | "window">;

/** Keeps at most 100 of a page; the same item again replaces itself. */
export async function keepSetAside(
  items: Collection<SetAsideDocument>,
  fence: Fence,
  { pass, window }: Pass,
  page: readonly SetAsideItem[],
  at: Date,
): Promise<void> {
  const { syncId, installationId } = fence;
  const sync = syncId.slice(installationId.length + 1);
  const writes = page.slice(0, maxPerPage).map(({ externalId, item, reasons }) => ({
    _id: `${syncId}/${externalId ?? dataHash(item)}`,
    $set: {
      installationId,
      sync,
      pass,
      window,
      at,
      reasons: reasons.slice(0, 10),
      item: (JSON.stringify(item) ?? "").slice(0, maxItemLength),
    },
  }));
  if (writes.length > 0) await writeFenced(items as never, fence, writes);
}

/**
 * At the end of a complete pass: forgets what earlier passes set aside and this one, which read it again, did
 * not.
 * @returns whether any are left.
 */
export async function forgetEarlierSetAside(
  items: Collection<SetAsideDocument>,
  { syncId, token }: Fence,
  { pass, window }: Pass,
): Promise<boolean> {
  const earlier = { _id: idsUnder<string>(syncId), pass: { $lt: pass }, fencingToken: { $lte: token } };
  await items.deleteMany(
    window === null
      ? earlier
      : { ...earlier, $or: [{ window: null }, { "window.from": { $gte: window.from } }] },
  );
  return (await items.findOne({ _id: idsUnder(syncId) }, { projection: { _id: 1 } })) !== null;
}
