// The root of a GraphQL query for one account; graphql-js calls its functions for the fields that are asked
// for.
import { GraphQLError } from "graphql";
import { TakenFaults } from "../faults/taken-faults.ts";
import type { Asset } from "../fleet/asset.ts";
import { atMostOne } from "../fleet/ordered.ts";
import type { ApiCall } from "../http/route.ts";
import { type ConnectionArgs, connection } from "./connection.ts";
import type { Spending } from "./point-budgets.ts";
import { bareId, graphqlAsset, graphqlCustomer, graphqlSite } from "./render.ts";

const noFaults = new TakenFaults([]);

export function rootFor({ account, faults }: ApiCall, spending: Spending) {
  const { assets, sites, customers } = account.records;
  const partial = faults.get("partial-data");
  let failed = false;
  /** With the fault, the record it means (or the first one) is an error instead of a node. */
  const orFail =
    <T extends { id: string }>(render: (record: T) => unknown) =>
    (record: T): unknown => {
      if (!partial || failed || (partial.itemId ?? record.id) !== record.id) return render(record);
      failed = true;
      throw new GraphQLError("This record could not be read.", {
        extensions: { code: "INTERNAL_SERVER_ERROR" },
      });
    };
  const withSites = (asset: Asset) => ({
    ...graphqlAsset(asset),
    sites: (args: ConnectionArgs) =>
      connection(atMostOne(asset.siteId ? sites.find(asset.siteId) : undefined), args, noFaults, graphqlSite),
  });
  return {
    assets: (args: ConnectionArgs) => connection(assets, args, faults, orFail(withSites)),
    asset: ({ id }: { id: string }) => {
      const asset = assets.find(bareId("Asset", id) ?? "");
      return asset ? orFail(withSites)(asset) : null;
    },
    sites: (args: ConnectionArgs) => connection(sites, args, faults, orFail(graphqlSite)),
    customers: (args: ConnectionArgs) => connection(customers, args, faults, orFail(graphqlCustomer)),
    rateLimit: { cost: spending.cost, remaining: spending.remaining, resetIn: spending.resetInMs },
  };
}
