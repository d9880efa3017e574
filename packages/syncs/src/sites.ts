// Sites by GraphQL. Source: the query that third-party clients are seen to use.

import { z } from "zod";
import { defineSync } from "./define-sync.ts";

const query = `query Sites($first: Int, $after: Cursor) {
  sites(first: $first, after: $after) {
    edges { node { id name type status city country streetAddress zipCode externalReference } }
    pageInfo { endCursor hasNextPage count }
  }
  rateLimit { cost remaining resetIn }
}`;

/** `id` is global: `___Site___<uuid>`. */
const site = z.looseObject({ id: z.string().min(1).max(200), name: z.string().nullish() });

/** The account's sites, read once an hour. */
export const sites = defineSync({
  name: "sites",
  resource: "sites",
  scopes: ["site.view", "account.site.manage"],
  intervalMs: 60 * 60_000,
  refreshOn: ["sites.asset.*"],
  pageSize: 100,
  deletions: "complete-pass",
  pages: (client, options) => client.graphqlPages({ query, connection: "sites" }, options),
  item: site,
  idOf: ({ id }) => id,
});
