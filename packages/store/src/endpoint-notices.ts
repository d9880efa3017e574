// Which endpoints for webhooks the ingress is to be notified of, and when again.

import type { Collection } from "mongodb";
import type { WebhookEndpointDocument } from "./documents.ts";

/** For the worker that notifies the ingress. */
export function createEndpointNotices(endpoints: Collection<WebhookEndpointDocument>) {
  return {
    /** Those that the ingress is to be notified of. */
    async due(now: Date, limit: number): Promise<WebhookEndpointDocument[]> {
      return endpoints
        .find({ publishAt: { $lte: now } })
        .sort({ publishAt: 1 })
        .limit(limit)
        .toArray();
    },

    /**
     * The ingress was notified of it as it was read; unless it changed since, `publishAt` is the next time.
     */
    async published({ _id, publishAt: told }: WebhookEndpointDocument, publishAt: Date): Promise<void> {
      await endpoints.updateOne({ _id, publishAt: told, state: { $ne: "removed" } }, { $set: { publishAt } });
    },

    /** For when Redis has lost what the ingress was told. */
    async publishAll(now: Date): Promise<void> {
      await endpoints.updateMany({}, { $set: { publishAt: now } });
    },

    /** After the ingress was told that it is gone. */
    async deleteRemoved(_id: string): Promise<void> {
      await endpoints.deleteOne({ _id, state: "removed" });
    },
  };
}
