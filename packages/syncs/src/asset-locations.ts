// The latest location of every asset, by REST: GeoJSON (RFC 7946), so coordinates are [longitude, latitude,
// altitude?]. Source: Trackunit's REST documentation.

import { z } from "zod";
import { defineSync } from "./define-sync.ts";
import { number } from "./exact-numbers.ts";

const id = z.string().min(1).max(200);

/** Where the asset's id is found is undocumented: in the properties or beside them. */
const location = z
  .looseObject({
    assetId: id.optional(),
    id: id.optional(),
    geometry: z.looseObject({ coordinates: z.array(number).min(2) }).nullish(),
    properties: z.looseObject({ assetId: id.optional(), id: id.optional() }).nullish(),
  })
  .refine((item) => assetIdOf(item) !== undefined, { message: "names no asset" });

interface Named {
  assetId?: string | undefined;
  id?: string | undefined;
}

function assetIdOf(item: Named & { properties?: Named | null | undefined }): string | undefined {
  return item.properties?.assetId ?? item.assetId ?? item.id ?? item.properties?.id;
}

/** The API takes one request per second: a thousand locations each. */
export const assetLocations = defineSync({
  name: "asset-locations",
  resource: "assetLocations",
  scopes: ["asset.view"],
  intervalMs: 10 * 60_000,
  refreshOn: ["sites.asset.*"],
  pageSize: 1_000,
  deletions: "complete-pass",
  pages: (client, options) =>
    client.restPages(
      { family: "locations", path: "/api/location/v1/locations", sort: "assetId", idOf: assetIdOf },
      options,
    ),
  item: location,
  idOf: (item) => assetIdOf(item) ?? "",
});
