// Customers by GraphQL. Source: Trackunit's GraphQL documentation.

import { z } from "zod";
import { defineSync } from "./define-sync.ts";

const query = `query Customers($first: Int, $after: Cursor) {
  customers(first: $first, after: $after) {
    edges { node { id name type } }
    pageInfo { endCursor hasNextPage count }
  }
  rateLimit { cost remaining resetIn }
}`;

/** `id` is global: `___Customer___<uuid>`. */
const customer = z.looseObject({ id: z.string().min(1).max(200), name: z.string().nullish() });

/** The account's customers, read once an hour. */
export const customers = defineSync({
  name: "customers",
  resource: "customers",
  scopes: ["account.customer.manage"],
  intervalMs: 60 * 60_000,
  pageSize: 100,
  deletions: "complete-pass",
  pages: (client, options) => client.graphqlPages({ query, connection: "customers" }, options),
  item: customer,
  idOf: ({ id }) => id,
});
