// The script of a seed: which faults come when, for how long; the same for the same seed.

import { Draw, seedOf } from "@fleetkeeper/simulator";
import type { Fault, FaultKind } from "./faults/fault.ts";
import { mongodbFaults } from "./faults/of-mongodb.ts";
import { processFaults } from "./faults/of-processes.ts";
import { redisFaults } from "./faults/of-redis.ts";
import { trackunitFaults } from "./faults/of-trackunit.ts";

export interface Script {
  seed: number;
  appendFsync: "always" | "everysec";
  faults: { atMs: number; fault: Fault }[];
  /** For the work that continues meanwhile. */
  work: Draw;
}

const families: readonly (readonly FaultKind[])[] = [
  processFaults,
  redisFaults,
  mongodbFaults,
  trackunitFaults,
];

export interface ScriptOptions {
  /** How many are played. */
  faults: number;
  /** They begin within this time. */
  lengthMs: number;
  /** The only faults that are played, by a part of their names. Default: any. */
  only?: string | undefined;
}

export function scriptOf(seed: number, { faults, lengthMs, only = "" }: ScriptOptions): Script {
  const draw = new Draw(seedOf("chaos", String(seed)), 0);
  const appendFsync = draw.pick(["always", "everysec"] as const);
  const times = Array.from({ length: faults }, () => draw.below(lengthMs)).sort((a, b) => a - b);
  return {
    seed,
    appendFsync,
    faults: times.map((atMs) => ({ atMs, fault: drawFault(draw, only) })),
    work: new Draw(seedOf("chaos", String(seed)), 1),
  };
}

/** The most draws for one whose name has this in it. */
const maxDraws = 10_000;

function drawFault(draw: Draw, only: string): Fault {
  for (let count = 0; count < maxDraws; count++) {
    const fault = draw.pick(draw.pick(families))(draw);
    if (fault.name.includes(only)) return fault;
  }
  throw new Error(`no fault has ${only} in its name`);
}

/** One line per fault. */
export function scriptInWords({ faults }: Script): string[] {
  return faults.map(
    ({ atMs, fault }) =>
      `${(atMs / 1_000).toFixed(1)} s: ${fault.name} for ${fault.forMs} ms (${fault.target})`,
  );
}
