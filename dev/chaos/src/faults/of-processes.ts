// Faults of the services' processes: killed, frozen, started again, and with a clock that jumps.

import type { Draw } from "@fleetkeeper/simulator";
import type { Process } from "../processes.ts";
import type { World } from "../world.ts";
import { type FaultKind, nothing, someMs } from "./fault.ts";

const names = ["ingress", "worker-1", "worker-2", "worker-1", "worker-2", "board"];

function processOf(world: World, wanted: string): Process {
  const found = world.processes.find(({ name }) => name === wanted);
  if (found === undefined) throw new Error(`there is no process ${wanted}`);
  return found;
}

const killed: FaultKind = (draw) => {
  const target = draw.pick(names);
  const forMs = someMs(draw, 0, 4_000);
  return {
    target,
    name: `${kindOf(target)} killed`,
    forMs,
    begin: (world) => processOf(world, target).end("SIGKILL", forMs),
    end: nothing,
  };
};

const startedAgain: FaultKind = (draw) => {
  const target = draw.pick(names);
  return {
    target,
    name: `${kindOf(target)} started again`,
    forMs: 0,
    begin: (world) => processOf(world, target).end("SIGTERM", 0),
    end: nothing,
  };
};

/**
 * Some for longer than a job's lock and a run's lease: then another worker has taken the work when it wakes.
 */
const frozen: FaultKind = (draw) => {
  const target = draw.pick(names);
  return {
    target,
    name: `${kindOf(target)} frozen`,
    forMs: draw.percent(40) ? 11_000 + draw.below(8_000) : someMs(draw, 300, 6_000),
    begin: (world) => processOf(world, target).freeze(true),
    end: (world) => processOf(world, target).freeze(false),
  };
};

const clockJumps: FaultKind = (draw) => {
  const target = draw.pick(names);
  const offsetMs = (draw.percent(50) ? 1 : -1) * drawJumpMs(draw);
  return {
    target,
    name: `clock of ${kindOf(target)} ${offsetMs > 0 ? "ahead" : "behind"}`,
    forMs: someMs(draw, 500, 5_000),
    begin: (world) => processOf(world, target).moveClock(offsetMs),
    end: (world) => processOf(world, target).moveClock(0),
  };
};

/** From seconds to an hour. */
function drawJumpMs(draw: Draw): number {
  return Math.round(1_000 * 3_600 ** draw.fraction());
}

function kindOf(process: string): string {
  return process.replace(/-\d$/, "");
}

export const processFaults: readonly FaultKind[] = [
  killed,
  killed,
  killed,
  startedAgain,
  frozen,
  frozen,
  clockJumps,
];
