// The faults asked for, and which of them a request meets.
import { BadInputError } from "../errors.ts";
import { type ActiveFault, type FaultSpec, faultKinds } from "./fault.ts";
import { TakenFaults } from "./taken-faults.ts";

/** Faults on demand, as far as a test or an operator may see them. */
export interface FaultControl {
  /** Asks for a fault and gives its id. `ERR_BAD_INPUT` if there is no such kind or operation. */
  add(fault: FaultSpec): string;
  /** Ends one fault, those of an operation or an account, or all; gives how many. */
  clear(which?: {
    id?: string | undefined;
    operation?: string | undefined;
    accountId?: string | undefined;
  }): number;
  /** The faults still waiting for requests, in the order they were asked for. */
  list(): ActiveFault[];
}

/** What requests are, besides `graphql.<field of the query>`; before the dot stands the family. */
export const operations = [
  "jwks",
  "apptoken",
  "web-app",
  "rest.assets",
  "rest.locations",
  "rest.sites",
  "rest.site",
  "rest.site-history",
  "rest.alert-configurations",
  "rest.event-log",
  "rest.time-series",
  "graphql.<field>",
  "aemp.fleet",
] as const;

function isOperation(name: string): boolean {
  if (/^graphql\.\w+$/.test(name)) return true;
  return operations.some((operation) => operation === name || operation.startsWith(`${name}.`));
}

const maxFaults = 10_000;

export class FaultBoard implements FaultControl {
  #faults: ActiveFault[] = [];
  #serial = 0;

  add(fault: FaultSpec): string {
    if (!Object.hasOwn(faultKinds, fault.kind)) throw new BadInputError(`There is no fault "${fault.kind}".`);
    if (fault.operation !== undefined && !isOperation(fault.operation))
      throw new BadInputError(
        `There is no operation "${fault.operation}". There are: ${operations.join(", ")}.`,
      );
    if (this.#faults.length >= maxFaults) throw new BadInputError(`There are ${maxFaults} faults already.`);
    const id = `fault-${++this.#serial}`;
    this.#faults.push({ ...fault, id, met: 0 });
    return id;
  }

  clear(
    which: { id?: string | undefined; operation?: string | undefined; accountId?: string | undefined } = {},
  ): number {
    const before = this.#faults.length;
    this.#faults = this.#faults.filter(
      (fault) =>
        (which.id !== undefined && fault.id !== which.id) ||
        (which.operation !== undefined && fault.operation !== which.operation) ||
        (which.accountId !== undefined && fault.accountId !== which.accountId),
    );
    return before - this.#faults.length;
  }

  list(): ActiveFault[] {
    return this.#faults.map((fault) => ({ ...fault }));
  }

  /** The faults that this request meets; each of them has one request fewer to go. */
  take(
    operations: readonly string[],
    accountId: string | undefined,
    itemId: string | undefined,
  ): TakenFaults {
    const met = this.#faults.filter((fault) => meets(fault, operations, accountId, itemId));
    for (const fault of met) fault.met++;
    if (met.length > 0)
      this.#faults = this.#faults.filter(({ met, times }) => times === undefined || met < times);
    return new TakenFaults(met);
  }
}

function meets(
  fault: ActiveFault,
  operations: readonly string[],
  accountId: string | undefined,
  itemId: string | undefined,
): boolean {
  const { operation } = fault;
  if (
    operation !== undefined &&
    !operations.some((name) => name === operation || name.startsWith(`${operation}.`))
  ) {
    return false;
  }
  if (fault.accountId !== undefined && fault.accountId !== accountId) return false;
  const inPage = fault.kind === "bad-record" || fault.kind === "partial-data";
  return fault.itemId === undefined || inPage || fault.itemId === itemId;
}
