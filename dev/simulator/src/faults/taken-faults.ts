// The faults that one request met.
import type { ActiveFault, FaultKind } from "./fault.ts";

export class TakenFaults {
  readonly #faults: readonly ActiveFault[];

  constructor(faults: readonly ActiveFault[]) {
    this.#faults = faults;
  }

  get(kind: FaultKind): ActiveFault | undefined {
    return this.#faults.find((fault) => fault.kind === kind);
  }

  has(kind: FaultKind): boolean {
    return this.get(kind) !== undefined;
  }

  /** How long the request waits for all its delays together. */
  get delayMs(): number {
    const delays = this.#faults.filter(({ kind }) => kind === "delay");
    return delays.reduce((sum, { delayMs }) => sum + (delayMs ?? 1000), 0);
  }
}
