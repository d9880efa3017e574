// Counts what was asked of the simulator, by account and by operation, and how much of it at the same time.

export interface RequestFilter {
  accountId?: string | undefined;
  /** An operation such as `rest.assets`, or a family such as `rest`. */
  operation?: string | undefined;
}

export interface LimitBreach {
  accountId: string;
  /** The documented limit, such as `event-log`. */
  limit: string;
  at: Date;
}

/** What the simulator was asked, as far as a test or an operator may see it. */
export interface RequestCounts {
  /** All requests, or those that match. */
  count(filter?: RequestFilter): number;
  /** The most requests that were in progress at the same time, of those that match. */
  maxConcurrent(filter?: RequestFilter): number;
  inProgress(filter?: RequestFilter): number;
  /** Counts by operation, over all accounts or for one. */
  byOperation(accountId?: string): Record<string, number>;
  /** Each time a documented limit was exceeded, whether or not it is enforced; the newest 1000. */
  limitsExceeded(accountId?: string): LimitBreach[];
  reset(): void;
}

interface Tally {
  count: number;
  inProgress: number;
  max: number;
}

const maxBreaches = 1000;

export class RequestBook implements RequestCounts {
  readonly #tallies = new Map<string, Tally>();
  #breaches: LimitBreach[] = [];

  /** Notes the start of a request; the caller calls what it gets when the request is over. */
  begin(accountId: string | undefined, operations: readonly string[]): () => void {
    const tallies = [...keysOf(accountId, operations)].map((key) => this.#tally(key));
    for (const tally of tallies) {
      tally.count++;
      tally.inProgress++;
      tally.max = Math.max(tally.max, tally.inProgress);
    }
    return () => {
      for (const tally of tallies) tally.inProgress--;
    };
  }

  breach(breach: LimitBreach): void {
    this.#breaches.push(breach);
    if (this.#breaches.length > maxBreaches) this.#breaches.shift();
  }

  count(filter: RequestFilter = {}): number {
    return this.#tallies.get(keyOf(filter))?.count ?? 0;
  }

  maxConcurrent(filter: RequestFilter = {}): number {
    return this.#tallies.get(keyOf(filter))?.max ?? 0;
  }

  inProgress(filter: RequestFilter = {}): number {
    return this.#tallies.get(keyOf(filter))?.inProgress ?? 0;
  }

  byOperation(accountId?: string): Record<string, number> {
    const prefix = `${accountId ?? ""} `;
    const counts: Record<string, number> = {};
    for (const [key, { count }] of this.#tallies) {
      const operation = key.slice(prefix.length);
      if (key.startsWith(prefix) && operation) counts[operation] = count;
    }
    return counts;
  }

  limitsExceeded(accountId?: string): LimitBreach[] {
    return this.#breaches.filter((breach) => accountId === undefined || breach.accountId === accountId);
  }

  /** Starts all counts at zero; what is in progress stays so. */
  reset(): void {
    this.#breaches = [];
    for (const [key, tally] of this.#tallies) {
      if (tally.inProgress === 0) this.#tallies.delete(key);
      tally.count = 0;
      tally.max = tally.inProgress;
    }
  }

  #tally(key: string): Tally {
    const tally = this.#tallies.get(key) ?? { count: 0, inProgress: 0, max: 0 };
    this.#tallies.set(key, tally);
    return tally;
  }
}

function keysOf(accountId: string | undefined, operations: readonly string[]): Set<string> {
  const keys = new Set<string>();
  const names = operations.flatMap((operation) => [operation, operation.split(".")[0]]);
  for (const operation of [undefined, ...names]) {
    keys.add(keyOf({ operation }));
    if (accountId) keys.add(keyOf({ accountId, operation }));
  }
  return keys;
}

function keyOf({ accountId, operation }: RequestFilter): string {
  return `${accountId ?? ""} ${operation ?? ""}`;
}
