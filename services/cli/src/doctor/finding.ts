// What `doctor` finds: good news and bad, each with a stable code and, if bad, what to do.

import type { Invocation } from "../invoke.ts";
import type { ClockSample } from "./clock-sample.ts";

export interface Finding {
  /** Stable, for scripts. */
  code: string;
  /** `warning`: works, but not as well as it should. `skipped`: could not be looked at. */
  level: "ok" | "warning" | "problem" | "skipped";
  says: string;
  /** What to do. */
  advice?: string;
}

/** With the name of the check that made it. */
export type CheckFinding = Finding & { check: string };

/** What every check gets. */
export interface Examiner extends Pick<Invocation, "env" | "reach" | "output" | "signal" | "now"> {
  /** How many sealed texts to open; all where infinite. */
  sample: number;
  /** Checks that speak with a server leave here what its clock says. */
  clocks: ClockSample[];
}

export type Examine = (examiner: Examiner) => Promise<Finding[]>;

export const ok = (code: string, says: string): Finding => ({ code, level: "ok", says });
export const warning = (code: string, says: string, advice: string): Finding => ({
  code,
  level: "warning",
  says,
  advice,
});
export const problem = (code: string, says: string, advice: string): Finding => ({
  code,
  level: "problem",
  says,
  advice,
});
export const skipped = (code: string, says: string): Finding => ({ code, level: "skipped", says });
