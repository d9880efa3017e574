// All that belongs to one account: its records, its events and its site visits, made from its seed when first
// asked for.
import { type AlertConfiguration, buildAlertConfiguration } from "../fleet/alert-configuration.ts";
import { type Asset, buildAsset } from "../fleet/asset.ts";
import { buildCustomer, type Customer } from "../fleet/customer.ts";
import { EventLog } from "../fleet/event-log.ts";
import { RecordSet } from "../fleet/record-set.ts";
import { buildSite, type Site } from "../fleet/site.ts";
import { type Seed, seedOf } from "../random.ts";

export interface FleetSizes {
  /** Default 25. */
  assets?: number | undefined;
  /** Default 3. */
  sites?: number | undefined;
  /** Default 4. */
  customers?: number | undefined;
  /** Events in the thirty days before now. Default 50. */
  events?: number | undefined;
  /** Default 3. */
  alertConfigurations?: number | undefined;
}

export interface Records {
  assets: RecordSet<Asset>;
  sites: RecordSet<Site>;
  customers: RecordSet<Customer>;
  alertConfigurations: RecordSet<AlertConfiguration>;
}

export interface Fleet {
  records: Records;
  eventLog: EventLog;
  visitSeed: Seed;
  changeSeed: Seed;
}

export function buildFleet(seed: string, accountId: string, sizes: FleetSizes, addedAt: Date): Fleet {
  const seedFor = (kind: string): Seed => seedOf(seed, accountId, kind);
  const sites = new RecordSet(seedFor("sites"), sizes.sites ?? 3, buildSite);
  const assets = new RecordSet(seedFor("assets"), sizes.assets ?? 25, (origin) =>
    buildAsset(origin, accountId, (fraction) => siteAt(sites, fraction)),
  );
  const customers = new RecordSet(seedFor("customers"), sizes.customers ?? 4, buildCustomer);
  const alertConfigurations = new RecordSet(
    seedFor("alert-configurations"),
    sizes.alertConfigurations ?? 3,
    buildAlertConfiguration,
  );
  const assetIdAt = (fraction: number) =>
    assets.firstSize === 0 ? undefined : assets.firstId(Math.floor(fraction * assets.firstSize));
  return {
    records: { assets, sites, customers, alertConfigurations },
    eventLog: new EventLog(seedFor("events"), sizes.events ?? 50, addedAt, assetIdAt),
    visitSeed: seedFor("visits"),
    changeSeed: seedFor("change"),
  };
}

/** Four of five assets are on a site; a deleted site does not count. */
function siteAt(sites: RecordSet<Site>, fraction: number): Site | undefined {
  if (fraction >= 0.8 || sites.firstSize === 0) return undefined;
  return sites.find(sites.firstId(Math.floor((fraction / 0.8) * sites.firstSize)));
}
