// A record as the API gives it.

import { accountIdOf, irisAppIdOf } from "@fleetkeeper/model";
import type { RecordRow } from "@fleetkeeper/store";
import { z } from "zod";

const instant = z.iso.datetime();

export const recordSchema = z
  .object({
    accountId: z.string(),
    app: z.string(),
    id: z
      .string()
      .meta({ description: "Trackunit's, unique within the account's records of this resource." }),
    data: z.unknown().meta({
      description:
        "As Trackunit last gave it, or the requested fields. An integer beyond 2^53 and a number with more digits than a double holds are texts.",
    }),
    firstSeenAt: instant,
    updatedAt: instant.meta({ description: "When a sync last found it new, changed or deleted." }),
    deletedAt: instant.nullable(),
  })
  .meta({ id: "Record" });

export function recordOf(row: RecordRow): z.output<typeof recordSchema> {
  const { installationId, externalId, data = {}, firstSeenAt, updatedAt, deletedAt } = row;
  return {
    ...ownerOf(installationId),
    id: externalId,
    data,
    firstSeenAt: firstSeenAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
    deletedAt: deletedAt?.toISOString() ?? null,
  };
}

export function ownerOf(installationId: string): { accountId: string; app: string } {
  return { accountId: accountIdOf(installationId) ?? "", app: irisAppIdOf(installationId) ?? "" };
}
