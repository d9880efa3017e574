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
  /** For the work that goes on meanwhile. */
  work: Draw;
}

const families: readonly (readonly FaultKind[])[] = [
  processFaults,
  redisFaults,
  mongodbFaults,
  trackunitFaults,
];

/** `faults` of them begin within `lengthMs`. */
export function scriptOf(seed: number, { faults, lengthMs }: { faults: number; lengthMs: number }): Script {
  const draw = new Draw(seedOf("chaos", String(seed)), 0);
  const appendFsync = draw.pick(["always", "everysec"] as const);
  const times = Array.from({ length: faults }, () => draw.below(lengthMs)).sort((a, b) => a - b);
  return {
    seed,
    appendFsync,
    faults: times.map((atMs) => ({ atMs, fault: draw.pick(draw.pick(families))(draw) })),
    work: new Draw(seedOf("chaos", String(seed)), 1),
  };
}

/** One line per fault. */
export function scriptInWords({ faults }: Script): string[] {
  return faults.map(
    ({ atMs, fault }) =>
      `${(atMs / 1_000).toFixed(1)} s: ${fault.name} for ${fault.forMs} ms (${fault.target})`,
  );
}
