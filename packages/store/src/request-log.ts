// What the publisher's own code asked of Trackunit through us, by account: the newest, and not for ever. No
// body, no value of a query.

import { randomUUID } from "node:crypto";
import { createBoundedMap, type InstallationId } from "@fleetkeeper/model";
import type { Collection, Db } from "mongodb";
import { cursorOf, keyOf } from "./cursor.ts";
import type { ForwardedRequestDocument } from "./forwarded-request-document.ts";
import { idsUnder } from "./id-range.ts";
import { ownCollection } from "./own-collection.ts";

/** What was asked of Trackunit through us. */
export type RequestLog = ReturnType<typeof createRequestLog>;

/** One request and its outcome. Its path holds only the names of a query's values. */
export interface ForwardedRequest extends Omit<ForwardedRequestDocument, "_id"> {
  installationId: InstallationId;
}

/** Of one account: the newest, and none older than `ms`. */
export const requestsKept = { count: 500, ms: 7 * 86_400_000 };
/** An account's are tidied when a process has added as many. */
const tidyAfter = 100;
const tidyEveryMs = 3_600_000;
/** Accounts that a process counts for; then all are tidied when they next come. */
const maxCounted = 10_000;

/** Of this database. */
export function createRequestLog(db: Db) {
  const requests: Collection<ForwardedRequestDocument> = ownCollection(db, "forwardedRequests");
  const added = createBoundedMap<InstallationId, number>(maxCounted);
  let tidiedAtMs = Number.NEGATIVE_INFINITY;

  return {
    /** Adds them, and deletes what is too old or too many. */
    async add(made: readonly ForwardedRequest[], now: Date): Promise<void> {
      if (made.length === 0) return;
      await requests.insertMany(
        made.map(({ installationId, ...request }) => ({
          _id: `${installationId}/${request.at.toISOString()}-${randomUUID().slice(0, 8)}`,
          ...request,
        })),
        { ordered: false },
      );
      for (const { installationId } of made) added.set(installationId, (added.get(installationId) ?? 0) + 1);
      for (const id of new Set(made.map(({ installationId }) => installationId)))
        if ((added.get(id) ?? 0) >= tidyAfter) await keepNewest(id);
      if (now.getTime() - tidiedAtMs < tidyEveryMs) return;
      tidiedAtMs = now.getTime();
      await requests.deleteMany({ at: { $lt: new Date(now.getTime() - requestsKept.ms) } });
    },

    /**
     * Of one account, the newest first.
     * @throws TypeError when `after` is not one that a page gave.
     */
    async of(
      installationId: InstallationId,
      { limit, after }: { limit: number; after?: string },
    ): Promise<{ rows: ForwardedRequestDocument[]; next: string | undefined }> {
      const { $gte, $lt } = idsUnder<string>(installationId);
      const behind = after === undefined ? $lt : (keyOf(after, 1)[0] ?? "");
      const found = await requests
        .find({ _id: { $gte, $lt: behind.startsWith(`${installationId}/`) ? behind : $lt } })
        .sort({ _id: -1 })
        .limit(limit + 1)
        .toArray();
      const rows = found.slice(0, limit);
      return { rows, next: found.length > limit ? cursorOf(rows.at(-1)?._id) : undefined };
    },
  };

  async function keepNewest(id: InstallationId): Promise<void> {
    const range = idsUnder<string>(id);
    const [newest] = await requests
      .find({ _id: range }, { projection: { _id: 1 } })
      .sort({ _id: -1 })
      .skip(requestsKept.count)
      .limit(1)
      .toArray();
    if (newest !== undefined) await requests.deleteMany({ _id: { $gte: range.$gte, $lte: newest._id } });
    added.delete(id);
  }
}
