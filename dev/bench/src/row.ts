// A row of the bench: a thing of ours, and its yardstick, measured in the same run.

/** What is to hold; `ratio` is ours divided by the yardstick. */
export type Goal = { ratio?: Bound; value?: Bound };
export type Bound = { atMost: number } | { atLeast: number };

export interface Row {
  /** For the command line, without blanks. */
  name: string;
  what: string;
  unit: string;
  /** What it is compared with; absent where the number is a count with a bound of its own. */
  yardstick?: string;
  goal?: Goal;
  /** Counts are the same in each round: one is enough. */
  isCount?: boolean;
  /** Only measured when it is named. */
  isSlow?: boolean;
  open: () => Promise<Opened>;
}

/** One measurement at a time; `both` where the two cannot be taken apart, ours first. */
export type Opened = { close?: () => Promise<unknown> } & (
  | { ours: () => Promise<number>; yardstick?: () => Promise<number> }
  | { both: () => Promise<readonly [ours: number, yardstick: number]> }
);

/** Of several rounds. */
export interface Spread {
  median: number;
  least: number;
  most: number;
}

export interface Measured {
  name: string;
  what: string;
  unit: string;
  ours: Spread;
  yardstick?: { what: string } & Spread;
  /** Of each round's two, so that what the machine did to both counts for neither. */
  ratio?: Spread;
  goal?: Goal;
  /** Whether the median meets the goal; absent without one. */
  isMet?: boolean;
}
