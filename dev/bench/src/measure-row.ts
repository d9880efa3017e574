// Measures a row in rounds: ours, yardstick, ours, yardstick, so that a machine that is slow for a while is
// slow for both.

import type { Bound, Goal, Measured, Opened, Row, Spread } from "./row.ts";

/** The first round warms up and is not counted, but for counts. */
export async function measureRow(row: Row, rounds: number): Promise<Measured> {
  const opened = await row.open();
  const ours: number[] = [];
  const yardstick: number[] = [];
  try {
    const counted = row.isCount ? 1 : rounds;
    if (!row.isCount && !row.isSlow) await measureOnce(opened);
    for (let round = 0; round < counted; round++) {
      const [mine, other] = await measureOnce(opened);
      ours.push(mine);
      if (other !== undefined) yardstick.push(other);
    }
  } finally {
    await opened.close?.();
  }
  return summary(row, ours, yardstick);
}

async function measureOnce(opened: Opened): Promise<readonly [number, number | undefined]> {
  if ("both" in opened) return opened.both();
  return [await opened.ours(), await opened.yardstick?.()];
}

function summary(row: Row, ours: number[], yardstick: number[]): Measured {
  const { name, what, unit, goal } = row;
  const measured: Measured = { name, what, unit, ours: spreadOf(ours) };
  if (yardstick.length > 0) {
    measured.yardstick = { what: row.yardstick ?? "", ...spreadOf(yardstick) };
    measured.ratio = spreadOf(ours.map((mine, round) => mine / (yardstick[round] ?? Number.NaN)));
  }
  if (goal === undefined) return measured;
  return { ...measured, goal, isMet: isMet(goal, measured) };
}

function isMet({ ratio, value }: Goal, measured: Measured): boolean {
  return (
    (ratio === undefined || keeps(measured.ratio?.median ?? Number.NaN, ratio)) &&
    (value === undefined || keeps(measured.ours.median, value))
  );
}

function keeps(number: number, bound: Bound): boolean {
  return "atMost" in bound ? number <= bound.atMost : number >= bound.atLeast;
}

/** The upper of the middle two, where their number is even. */
export function spreadOf(numbers: readonly number[]): Spread {
  const sorted = numbers.toSorted((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  return { median: at(sorted.length >> 1), least: at(0), most: at(sorted.length - 1) };
}
