// The steps of a sequence: what happens to one account, to its source and to the machines that serve it.

import fc from "fast-check";
import type { Trouble } from "./machine.ts";
import type { Glitch } from "./pass.ts";

/** `present`: the source has it from now on, in a new version. */
export type Change = { id: string; present: boolean };

export type RunStep = {
  do: "run";
  machine: number;
  trouble: Trouble | undefined;
  pageSize: number;
  glitch: Glitch | undefined;
  /** One of them happens after each page. */
  between: Change[];
};
export type JobStep = { do: "install" | "forget"; machine: number; trouble: Trouble | undefined };
export type ControlStep = { do: "release" | "pause" | "resume" | "sync now" };
export type Step = { do: "change"; changes: Change[] } | RunStep | JobStep | ControlStep;

const change: fc.Arbitrary<Change> = fc.record({
  id: fc.constantFrom("a", "b", "c", "d", "e"),
  present: fc.boolean(),
});
const changes = fc.array(change, { maxLength: 3 });
const machine = fc.integer({ min: 0, max: 1 });
const trouble = (writes: number): fc.Arbitrary<Trouble | undefined> =>
  fc.option(
    fc.record({
      kind: fc.constantFrom("crash", "stall"),
      write: fc.integer({ min: 0, max: writes }),
      when: fc.constantFrom("before", "after"),
    }),
    { nil: undefined },
  );

const run: fc.Arbitrary<RunStep> = fc.record({
  do: fc.constant("run"),
  machine,
  trouble: trouble(20),
  pageSize: fc.integer({ min: 1, max: 3 }),
  glitch: fc.option(fc.constantFrom("empty", "ends early", "moved"), { freq: 2, nil: undefined }),
  between: changes,
});
const job: fc.Arbitrary<JobStep> = fc.record({
  do: fc.constantFrom("install", "forget", "install"),
  machine,
  trouble: trouble(14),
});

export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("change"), changes }) },
  { weight: 12, arbitrary: run },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom("release", "pause", "resume", "sync now") }) },
  { weight: 3, arbitrary: job },
);
