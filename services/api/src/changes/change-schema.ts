// An entry of the change feed as the API gives it: what one page of one run changed, or that entries are
// gone.

import { type FeedEntry, type FeedGap, type FollowedSync, jsonOf } from "@fleetkeeper/store";
import { z } from "zod";
import { ownerOf } from "../records/record-schema.ts";

const ownerFields = {
  accountId: z.string(),
  app: z.string(),
  sync: z.string(),
  resource: z.string().nullable().meta({
    description:
      "Where the records are; null where the sync has changed none since the update that notes it.",
  }),
  position: z.string().meta({ description: "Grows within one sync of one account." }),
};

const changesSchema = z
  .object({
    ...ownerFields,
    type: z.literal("changes"),
    at: z.iso.datetime(),
    changes: z.array(
      z.object({
        id: z.string(),
        kind: z.enum(["created", "updated", "deleted"]),
        fields: z.array(z.string()).meta({ description: "Of an update: the top-level fields that differ." }),
        data: z.unknown().meta({ description: "After the change; for a deletion, its last state." }),
      }),
    ),
  })
  .meta({ id: "Changes" });

const gapSchema = z.object({ ...ownerFields, type: z.literal("gap") }).meta({
  id: "Gap",
  description: "Entries were deleted before this consumer got them: read all records of it again.",
});

export const entrySchema = z.discriminatedUnion("type", [changesSchema, gapSchema]);

export function changeOf(sync: FollowedSync, entry: FeedEntry | FeedGap): z.output<typeof entrySchema> {
  const of = {
    ...ownerOf(sync.installationId),
    sync: sync.sync,
    resource: sync.resource ?? null,
    position: entry.position,
  };
  if ("gap" in entry) return { type: "gap", ...of };
  const changes = entry.changes.map(({ externalId, kind, fields, data }) => ({
    id: externalId,
    kind,
    fields,
    data: jsonOf(data),
  }));
  return { type: "changes", ...of, at: entry.at.toISOString(), changes };
}
