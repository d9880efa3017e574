// One whole search for records that are gone, in steps: first all that the pass missed is noted, then what is
// believed is deleted.

import type { HeldBack, Sweep } from "@fleetkeeper/model";
import {
  type AbsenceRules,
  deleteMissing,
  heldBackAfter,
  noteMissing,
  passesNeeded,
  type SweepContext,
} from "./sweep.ts";

/**
 * Gives what each step deleted, once `advance` has kept where the search stands; at the end what is held
 * back. `rulesOf`: asked when it is known what is missing. `heldBack`: before this pass.
 */
export async function* sweepInSteps(
  context: SweepContext,
  options: {
    from: Sweep;
    heldBack: HeldBack | null;
    rulesOf: (noted: Sweep) => Promise<AbsenceRules>;
    advance: (sweep: Sweep, deleted: number) => Promise<void>;
    now: () => Date;
  },
): AsyncGenerator<{ deleted: number }, HeldBack | null> {
  const { rulesOf, advance, now } = options;
  let sweep = options.from;
  while (sweep.phase === "note") {
    sweep = await noteMissing(context, sweep, now());
    if (sweep.after === null) sweep = { ...sweep, phase: "delete" };
    await advance(sweep, 0);
    if (sweep.after !== null) yield { deleted: 0 };
  }
  const rules = await rulesOf(sweep);
  const heldBack = heldBackAfter(sweep, options.heldBack, rules, now());
  const needed = passesNeeded(heldBack, rules);
  for (let more = sweep.missing > 0; more; more = sweep.after !== null) {
    const step = await deleteMissing(context, { sweep, needed, now: now() });
    sweep = step.sweep;
    await advance(sweep, step.deleted);
    yield { deleted: step.deleted };
  }
  return heldBack;
}
