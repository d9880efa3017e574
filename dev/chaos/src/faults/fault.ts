// A fault that a script holds: drawn ahead, so that the script of a seed can be printed, and played at its
// time.

import type { Draw } from "@fleetkeeper/simulator";
import type { World } from "../world.ts";

export interface Fault {
  /** What is broken: two faults of one target come one after the other. */
  target: string;
  /** For instance `redis is cut off`. */
  name: string;
  /** How long, in milliseconds. */
  forMs: number;
  begin(world: World): Promise<unknown> | unknown;
  end(world: World): Promise<unknown> | unknown;
}

export type FaultKind = (draw: Draw) => Fault;

export const nothing = () => undefined;

/** From `least` to `most`, both in milliseconds; more often short than long. */
export function someMs(draw: Draw, least: number, most: number): number {
  return Math.round(least + (most - least) * draw.fraction() ** 2);
}
