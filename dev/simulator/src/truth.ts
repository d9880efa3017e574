// What an account holds of each resource, as the API shows it to the usual queries: for tests to compare with
// what was read.

import type { SimulatedAccount } from "./accounts/account.ts";
import { aempEquipment } from "./aemp/equipment.ts";
import { globalId, graphqlAsset, graphqlCustomer, graphqlSite } from "./graphql/render.ts";
import { restLocation } from "./rest/render.ts";

/** Of events, those from (inclusive) and to (exclusive). */
export interface TruthWindow {
  from: Date;
  to: Date;
}

const always: TruthWindow = { from: new Date(0), to: new Date("9999-01-01") };

/** Names of the collections that the built-in syncs write. */
export type TrueResource = keyof typeof truths;

const truths = {
  assets: (account: SimulatedAccount) => {
    const siteOf = new Map(account.sites().map((site) => [site.id, site]));
    return account.assets().map((asset) => {
      const site = siteOf.get(asset.siteId ?? "");
      const edges = site ? [{ node: { id: globalId("Site", site.id), name: site.name } }] : [];
      return [globalId("Asset", asset.id), { ...graphqlAsset(asset), sites: { edges } }] as const;
    });
  },
  sites: (account: SimulatedAccount) =>
    account.sites().map((site) => [globalId("Site", site.id), graphqlSite(site)] as const),
  customers: (account: SimulatedAccount) =>
    account
      .customers()
      .map((customer) => [globalId("Customer", customer.id), graphqlCustomer(customer)] as const),
  assetLocations: (account: SimulatedAccount) =>
    account.assets().map((asset) => [asset.id, restLocation(asset)] as const),
  alertConfigurations: (account: SimulatedAccount) =>
    account.alertConfigurations().map((one) => [one.id, one] as const),
  assetEvents: (account: SimulatedAccount, window: TruthWindow) =>
    account.eventLog
      .select({
        fromTime: window.from,
        toTime: window.to,
        type: [],
        criticality: [],
        status: [],
      })
      .map((event) => [event.id, event] as const),
  aempEquipment: (account: SimulatedAccount) =>
    account.assets().map((asset) => [asset.id, aempEquipment(asset)] as const),
};

export const trueResources = Object.keys(truths) as TrueResource[];

/** Records by their id, as JSON gives them. */
export function truthOf(
  account: SimulatedAccount,
  resource: TrueResource,
  window = always,
): Map<string, unknown> {
  return new Map(
    truths[resource](account, window).map(([id, record]) => [id, JSON.parse(JSON.stringify(record))]),
  );
}
