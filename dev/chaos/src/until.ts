// Waiting for a condition within a bound.

import { setTimeout as sleep } from "node:timers/promises";

const lookEveryMs = 100;

/**
 * Asks `holds` every tenth of a second. It may answer with what is still missing, or fail: then it does not
 * hold yet. `onMissing`: told when that changes.
 * @throws Error that says what was last missing, after `withinMs`
 */
export async function until(
  what: string,
  withinMs: number,
  holds: () => Promise<boolean | string>,
  onMissing: (missing: string) => void = () => undefined,
): Promise<void> {
  const giveUpAtMs = performance.now() + withinMs;
  for (let last: string | undefined; ; ) {
    const answer = await holds().catch((error: unknown) => String(error));
    if (answer === true) return;
    if (typeof answer === "string" && answer !== last) onMissing(answer);
    last = answer === false ? last : answer;
    if (performance.now() > giveUpAtMs)
      throw new Error(
        `${what}: not within ${withinMs / 1_000} s${typeof answer === "string" ? `; ${answer}` : ""}`,
      );
    await sleep(lookEveryMs);
  }
}
