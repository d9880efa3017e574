// Our clock against those of the servers that were asked.

import { duration } from "@fleetkeeper/operator";
import type { ClockSample } from "../clock-sample.ts";
import { type Examine, type Finding, ok, problem, skipped, warning } from "../finding.ts";

/** The ingress bears 30 s between its clock and Trackunit's. */
const wrongMs = 30_000;
const looseMs = 5_000;

/** After all others. */
export const examineClock: Examine = async ({ clocks }) => judgeClocks(clocks);

export function judgeClocks(clocks: readonly ClockSample[]): Finding[] {
  if (clocks.length === 0) return [skipped("CLOCK", "no server gave its time")];
  const off = clocks.filter(({ differenceMs }) => Math.abs(differenceMs) > looseMs);
  if (off.length === 0)
    return [ok("CLOCK", `within ${duration(looseMs)} of ${clocks.map(({ of }) => of).join(", ")}`)];
  return off.map(({ of, differenceMs }) => {
    const said = `this machine's clock is ${duration(Math.abs(differenceMs))} ${differenceMs > 0 ? "behind" : "ahead of"} that of ${of}`;
    return Math.abs(differenceMs) > wrongMs
      ? problem(
          "CLOCK_WRONG",
          `${said}: tokens seem expired or not yet valid`,
          "Synchronise the clocks (NTP) of both.",
        )
      : warning("CLOCK_LOOSE", said, "Synchronise the clocks (NTP) of both.");
  });
}
