// Waiting for servers to agree.

import { setTimeout as sleep } from "node:timers/promises";
import { ServerNotStartedError } from "./errors.ts";

const timeoutMs = 30_000;
const lookEveryMs = 50;

/** Resolves once `holds` does; it is asked every 50 ms. @throws ServerNotStartedError after 30 s */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  const giveUpAtMs = performance.now() + timeoutMs;
  while (!(await holds())) {
    if (performance.now() > giveUpAtMs)
      throw new ServerNotStartedError(`the servers did not agree within ${timeoutMs} ms`);
    await sleep(lookEveryMs);
  }
}
