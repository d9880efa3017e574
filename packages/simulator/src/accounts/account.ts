// One of Trackunit's customers: its credential, its fleet and the truth about both.
import { type AlertConfiguration, buildAlertConfiguration } from "../fleet/alert-configuration.ts";
import { type Asset, buildAsset } from "../fleet/asset.ts";
import { type Changed, type ChangeMix, changeRecords } from "../fleet/change.ts";
import { buildCustomer, type Customer } from "../fleet/customer.ts";
import { EventLog } from "../fleet/event-log.ts";
import { RecordSet } from "../fleet/record-set.ts";
import { buildSite, type Site } from "../fleet/site.ts";
import { Draw, type Seed, seedOf } from "../random.ts";
import { clientIdOf, clientSecretOf } from "./credential.ts";

export interface AccountOptions {
  /** Default: a UUID that follows from the seed and the number of accounts before. */
  accountId?: string | undefined;
  name?: string | undefined;
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
  /** The scopes this account granted. Default: all of the app's. */
  scopes?: string[] | undefined;
}

export type ResourceName = "assets" | "sites" | "customers" | "alertConfigurations";

export class SimulatedAccount {
  readonly accountId: string;
  readonly name: string;
  readonly clientId: string;
  /** The scopes granted, or undefined for all of the app's. May be changed. */
  scopes: string[] | undefined;
  /** Calls of the token endpoint with this account's client id, refused and faulty ones included. */
  tokenCalls = 0;
  /** When the install callback was last sent, and the status it got; undefined without an answer. */
  lastInstall: { at: Date; status: number | undefined } | undefined;
  /** Tokens of an older generation are refused. */
  tokenGeneration = 0;
  readonly records: {
    assets: RecordSet<Asset>;
    sites: RecordSet<Site>;
    customers: RecordSet<Customer>;
    alertConfigurations: RecordSet<AlertConfiguration>;
  };
  readonly eventLog: EventLog;
  readonly visitSeed: Seed;
  readonly #seed: string;
  readonly #changeSeed: Seed;
  readonly #now: () => Date;
  #secretNumber = 0;
  #changeNumber = 0;
  #revoked = false;

  constructor(seed: string, accountId: string, options: AccountOptions, now: () => Date) {
    this.accountId = accountId;
    this.name = options.name ?? `Account ${accountId.slice(0, 8)}`;
    this.scopes = options.scopes;
    this.clientId = clientIdOf(seed, accountId);
    this.#seed = seed;
    this.#now = now;
    this.#changeSeed = seedOf(seed, accountId, "change");
    this.visitSeed = seedOf(seed, accountId, "visits");
    const seedFor = (kind: string): Seed => seedOf(seed, accountId, kind);
    const sites = new RecordSet(seedFor("sites"), options.sites ?? 3, buildSite);
    const assets = new RecordSet(seedFor("assets"), options.assets ?? 25, (origin) =>
      buildAsset(origin, accountId, (fraction) => siteAt(sites, fraction)),
    );
    this.records = {
      assets,
      sites,
      customers: new RecordSet(seedFor("customers"), options.customers ?? 4, buildCustomer),
      alertConfigurations: new RecordSet(
        seedFor("alert-configurations"),
        options.alertConfigurations ?? 3,
        buildAlertConfiguration,
      ),
    };
    this.eventLog = new EventLog(seedFor("events"), options.events ?? 50, now(), (fraction) =>
      assets.firstSize === 0 ? undefined : assets.first(Math.floor(fraction * assets.firstSize)).id,
    );
  }

  get clientSecret(): string {
    return clientSecretOf(this.#seed, this.accountId, this.#secretNumber);
  }

  get revoked(): boolean {
    return this.#revoked;
  }

  get assetCount(): number {
    return this.records.assets.size;
  }

  /** Every asset, sorted by id: builds the whole fleet. */
  assets(): Asset[] {
    return this.records.assets.slice(0, this.records.assets.size);
  }

  asset(id: string): Asset | undefined {
    return this.records.assets.find(id);
  }

  sites(): Site[] {
    return this.records.sites.slice(0, this.records.sites.size);
  }

  customers(): Customer[] {
    return this.records.customers.slice(0, this.records.customers.size);
  }

  alertConfigurations(): AlertConfiguration[] {
    return this.records.alertConfigurations.slice(0, this.records.alertConfigurations.size);
  }

  /** Changes so many records (default: assets) and says which. The same changes in the same order touch the same records. */
  change(count: number, mix?: ChangeMix, resource: ResourceName = "assets"): Changed {
    const at = this.#now();
    const source = { seed: this.#changeSeed, serial: this.#changeNumber++, at };
    const records: RecordSet<unknown> = this.records[resource];
    const changed = changeRecords(records, count, mix, source);
    if (resource === "assets") for (const id of changed.updated) this.eventLog.add(id, at);
    return changed;
  }

  /** Refuses the credential and every token from now on, as after an uninstall. */
  revoke(): void {
    this.#revoked = true;
  }

  restore(): void {
    this.#revoked = false;
  }

  /** Makes the secret a new one; the old one is refused at once, tokens stay valid. */
  renewSecret(): string {
    this.#secretNumber++;
    return this.clientSecret;
  }

  /** Ends every access token given so far, whatever its `expires_in` said. */
  expireTokens(): void {
    this.tokenGeneration++;
  }
}

/** Four of five assets stand on a site; which one never changes, but a deleted site is none. */
function siteAt(sites: RecordSet<Site>, fraction: number): Site | undefined {
  if (fraction >= 0.8 || sites.firstSize === 0) return undefined;
  const { id } = sites.first(Math.floor((fraction / 0.8) * sites.firstSize));
  return sites.find(id);
}

/** The id of the n-th account added without one. */
export function accountIdOf(seed: string, serial: number): string {
  return new Draw(seedOf(seed, "account-id"), serial).uuid();
}
