// Every account that exists, found by its id or its client id.
import { BadInputError } from "../errors.ts";
import { type AccountOptions, accountIdOf, SimulatedAccount } from "./account.ts";

export class AccountRegister {
  readonly #byId = new Map<string, SimulatedAccount>();
  readonly #byClientId = new Map<string, SimulatedAccount>();
  readonly #seed: string;
  readonly #now: () => Date;
  #unnamed = 0;

  constructor(seed: string, now: () => Date) {
    this.#seed = seed;
    this.#now = now;
  }

  /** Adds an account, as cheaply with 200 000 assets as with none. `ERR_BAD_INPUT` if the id is taken. */
  add(options: AccountOptions = {}): SimulatedAccount {
    const accountId = options.accountId ?? accountIdOf(this.#seed, this.#unnamed++);
    if (this.#byId.has(accountId)) throw new BadInputError(`The account ${accountId} exists already.`);
    const account = new SimulatedAccount(this.#seed, accountId, options, this.#now);
    this.#byId.set(accountId, account);
    this.#byClientId.set(account.clientId, account);
    return account;
  }

  get(accountId: string): SimulatedAccount | undefined {
    return this.#byId.get(accountId);
  }

  byClientId(clientId: string): SimulatedAccount | undefined {
    return this.#byClientId.get(clientId);
  }

  /** In the order they were added. */
  all(): SimulatedAccount[] {
    return [...this.#byId.values()];
  }

  clear(): void {
    this.#byId.clear();
    this.#byClientId.clear();
    this.#unnamed = 0;
  }
}
