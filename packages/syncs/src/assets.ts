// Assets by GraphQL. Source: the query that third-party clients are seen to use (`criticality`: NONE, LOW,
// CRITICAL; `activity`: WORKING, IDLE, STOPPED, …).

import { z } from "zod";
import { defineSync } from "./define-sync.ts";

const query = `query Assets($first: Int, $after: Cursor) {
  assets(first: $first, after: $after) {
    edges { node {
      id name brand model serialNumber assetType lastSeen
      status { activity criticality }
      locations { latest { geometry { type coordinates } properties { address { streetAddress city country } updatedAt } } }
      insights {
        fuelLevel batteryStateOfChargePercent
        cumulativeOperatingHours(period: LIFETIME) cumulativeEngineHours(period: LIFETIME)
      }
      sites(first: 1) { edges { node { id name } } }
    } }
    pageInfo { endCursor hasNextPage count }
  }
  rateLimit { cost remaining resetIn }
}`;

/** `id` is global: `___Asset___<uuid>`; the UUID is REST's id. */
const asset = z.looseObject({
  id: z.string().min(1).max(200),
  name: z.string().nullish(),
  brand: z.string().nullish(),
  model: z.string().nullish(),
  serialNumber: z.string().nullish(),
});

/** Machines and their equipment, read every 15 minutes. */
export const assets = defineSync({
  name: "assets",
  resource: "assets",
  scopes: ["asset.view"],
  intervalMs: 15 * 60_000,
  // An asset says which site it is on.
  refreshOn: ["service-management.*", "sites.asset.*"],
  pageSize: 100,
  deletions: "complete-pass",
  pages: (client, options) => client.graphqlPages({ query, connection: "assets" }, options),
  item: asset,
  idOf: ({ id }) => id,
});
