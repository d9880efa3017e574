// The area of every site, by REST: GraphQL's sites do not have it.

import { defineSync } from "@fleetkeeper/syncs";
import { z } from "zod";

const site = z.looseObject({
  id: z.string().min(1),
  polygon: z.looseObject({ geometry: z.looseObject({ type: z.string() }) }).nullish(),
});

export const siteAreas = defineSync({
  name: "site-areas",
  resource: "siteAreas",
  scopes: ["site.view"],
  intervalMs: 6 * 3_600_000,
  pageSize: 500,
  deletions: "complete-pass",
  pages: (client, options) => client.restPages({ family: "sites", path: "/api/site/v1/sites" }, options),
  item: site,
  idOf: ({ id }) => id,
});
