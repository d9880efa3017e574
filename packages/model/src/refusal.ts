// A request that we refuse by a table of codes: what HTTP says, and what the sender can do.

import { FleetkeeperError, type Remedy } from "./errors.ts";

/** One line of such a table. */
export interface RefusalRule {
  /** Of HTTP. */
  status: number;
  /** What the sender can do. It goes to the sender: no secret, no echo of what was sent. */
  message: string;
  /** Only where a repetition can help, in seconds. */
  retryAfterS?: number;
}

/** Beside the code: what only this request knows. */
export type RefusalDetails = ErrorOptions & {
  /** For the log only: names the cause more closely, and holds no input. */
  reason?: string | undefined;
};

/**
 * What the class of a table's refusals extends. A refusal is made from its code; `codes` has all codes, in
 * the table's order. Remedy `retry` where the table says that a repetition can help, else `never`.
 */
export function defineRefusal<Code extends string>(rules: Record<Code, RefusalRule>) {
  return class extends FleetkeeperError {
    static readonly codes = Object.keys(rules) as Code[];
    readonly code: Code;
    readonly remedy: Remedy;
    readonly reason: string | undefined;

    constructor(code: Code, { reason, ...options }: RefusalDetails = {}) {
      // Where a request was refused is no news, and a flood of them must cost little: no stack is written
      // down.
      const { message, retryAfterS } = rules[code];
      const { stackTraceLimit } = Error;
      Error.stackTraceLimit = 0;
      super(message, options);
      Error.stackTraceLimit = stackTraceLimit;
      this.code = code;
      this.remedy = retryAfterS === undefined ? "never" : "retry";
      this.reason = reason;
    }

    /** The line of the table. */
    get rule(): RefusalRule {
      return rules[this.code];
    }
  };
}
