// One of Trackunit's customers: its credential, its fleet and the truth about both.
import type { AlertConfiguration } from "../fleet/alert-configuration.ts";
import type { Asset } from "../fleet/asset.ts";
import { type Changed, type ChangeMix, changeRecords } from "../fleet/change.ts";
import type { Customer } from "../fleet/customer.ts";
import type { EventLog } from "../fleet/event-log.ts";
import type { RecordSet } from "../fleet/record-set.ts";
import type { Site } from "../fleet/site.ts";
import { Draw, type Seed, seedOf } from "../random.ts";
import { clientIdOf, clientSecretOf } from "./credential.ts";
import { buildFleet, type Fleet, type FleetSizes, type Records } from "./fleet.ts";

export interface AccountOptions extends FleetSizes {
  /** Default: a UUID that follows from the seed and the number of accounts before. */
  accountId?: string | undefined;
  name?: string | undefined;
  /** The scopes this account granted. Default: all of the app's. */
  scopes?: string[] | undefined;
}

export type ResourceName = keyof Records;

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
  /** Called after each change of assets; `siteBefore`: where an updated asset was before. */
  onChange: ((changed: Changed, siteBefore: (assetId: string) => string | null) => void) | undefined;
  /** Tokens of an older generation are refused. */
  tokenGeneration = 0;
  readonly #seed: string;
  readonly #sizes: FleetSizes;
  readonly #addedAt: Date;
  readonly #now: () => Date;
  #built: Fleet | undefined;
  #secretNumber = 0;
  #changeNumber = 0;
  #revoked = false;

  constructor(seed: string, accountId: string, options: AccountOptions, now: () => Date) {
    this.accountId = accountId;
    this.name = options.name ?? `Account ${accountId.slice(0, 8)}`;
    this.scopes = options.scopes;
    this.clientId = clientIdOf(seed, accountId);
    this.#seed = seed;
    this.#sizes = options;
    this.#addedAt = now();
    this.#now = now;
  }

  get clientSecret(): string {
    return clientSecretOf(this.#seed, this.accountId, this.#secretNumber);
  }

  get revoked(): boolean {
    return this.#revoked;
  }

  get records(): Records {
    return this.#fleet.records;
  }

  get eventLog(): EventLog {
    return this.#fleet.eventLog;
  }

  get visitSeed(): Seed {
    return this.#fleet.visitSeed;
  }

  get assetCount(): number {
    return this.records.assets.size;
  }

  /** Every asset, sorted by id: builds the whole fleet. */
  assets(): Asset[] {
    return this.records.assets.all();
  }

  asset(id: string): Asset | undefined {
    return this.records.assets.find(id);
  }

  sites(): Site[] {
    return this.records.sites.all();
  }

  customers(): Customer[] {
    return this.records.customers.all();
  }

  alertConfigurations(): AlertConfiguration[] {
    return this.records.alertConfigurations.all();
  }

  /**
   * Changes this many records (default: assets) and says which. The same changes in the same order touch the
   * same records.
   */
  change(count: number, mix?: ChangeMix, resource: ResourceName = "assets"): Changed {
    const at = this.#now();
    const source = { seed: this.#fleet.changeSeed, serial: this.#changeNumber++, at };
    const records: RecordSet<unknown> = this.records[resource];
    const changed = changeRecords(records, count, mix, source);
    if (resource !== "assets") return changed;
    for (const id of changed.updated) this.eventLog.add(id, at);
    this.onChange?.(changed, (id) => this.records.assets.before(id)?.siteId ?? null);
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

  /** Ends every access token given so far, before its `expires_in`. */
  expireTokens(): void {
    this.tokenGeneration++;
  }

  get #fleet(): Fleet {
    this.#built ??= buildFleet(this.#seed, this.accountId, this.#sizes, this.#addedAt);
    return this.#built;
  }
}

/** The id of the n-th account added without one. */
export function accountIdOf(seed: string, serial: number): string {
  return new Draw(seedOf(seed, "account-id"), serial).uuid();
}
