// The sealed keys of an endpoint for webhooks: the newest, and the one before it for a while.

import type { SealedText } from "@fleetkeeper/model";
import type { Collection } from "mongodb";
import type { WebhookEndpointDocument } from "./documents.ts";

/** Changes the keys of an endpoint if they are still those that were read. */
export function createEndpointKeys(endpoints: Collection<WebhookEndpointDocument>) {
  return {
    /**
     * A new key beside the newest one, which is good until `oldUntil`; an older one ends at once.
     * @returns false when another operator changed the keys since `endpoint` was read.
     */
    async rotate(
      { _id, keys }: Pick<WebhookEndpointDocument, "_id" | "keys">,
      sealedKey: SealedText,
      { oldUntil, now }: { oldUntil: Date; now: Date },
    ): Promise<boolean> {
      const [newest] = keys;
      const newestKey = newest === undefined ? { keys: [] } : { "keys.0.sealed": newest.sealed };
      const kept = newest === undefined ? [] : [{ ...newest, until: oldUntil }];
      const { matchedCount } = await endpoints.updateOne(
        { _id, ...newestKey, state: { $ne: "removed" } },
        { $set: { keys: [{ sealed: sealedKey, addedAt: now, until: null }, ...kept], publishAt: now } },
      );
      if (matchedCount === 1) return true;
      // A first try of the same may have succeeded although its answer was lost.
      return (await endpoints.findOne({ _id }))?.keys[0]?.sealed === sealedKey;
    },

    /** Puts another sealing of the same key in its place, unless the keys changed since. */
    async reseal(
      { _id }: Pick<WebhookEndpointDocument, "_id">,
      index: 0 | 1,
      before: SealedText,
      sealed: SealedText,
    ) {
      await endpoints.updateOne(
        { _id, [`keys.${index}.sealed`]: before },
        { $set: { [`keys.${index}.sealed`]: sealed } },
      );
    },
  };
}
