// Wishes that must come true once they were accepted: an install that was answered 202, and to forget an
// account.

import { setTimeout as sleep } from "node:timers/promises";
import { installationIdOf } from "@fleetkeeper/model";
import { NotFoundError } from "@fleetkeeper/operator";
import type { Entry } from "./ledger.ts";
import type { World } from "./world.ts";

const sendTimeoutMs = 8_000;
const againAfterMs = 300;

export function idOf(world: Pick<World, "simulator">, { account }: Entry) {
  return installationIdOf(world.simulator.settings.app, account.accountId);
}

/** Sends the callback until it is accepted, as Trackunit or an operator would, or until `isOver`. */
export async function install(
  world: World,
  entry: Entry,
  { newSecret = false, isOver = () => false }: { newSecret?: boolean; isOver?: () => boolean } = {},
): Promise<void> {
  const { ledger, simulator } = world;
  const { account } = entry;
  if (newSecret) account.renewSecret();
  ledger.secrets.add(account.clientSecret);
  while (!isOver()) {
    const losses = ledger.losses;
    const status = await simulator.install(account.accountId, { timeoutMs: sendTimeoutMs }).then(
      (answer) => answer.status,
      () => 0,
    );
    ledger.answers.set(status, (ledger.answers.get(status) ?? 0) + 1);
    if (status === 202) {
      ledger.accepted += 1;
      entry.wish = "installed";
      entry.isAtRisk = ledger.losses !== losses;
      return;
    }
    await sleep(againAfterMs);
  }
  // What got no answer may have been accepted; only a later wish decides.
  entry.wish = entry.wish === "installed" ? "installed" : "none";
  entry.isAtRisk = true;
}

/** Asks until a worker is told, unless there is nothing to forget. */
export async function forget(world: World, entry: Entry, isOver: () => boolean = () => false): Promise<void> {
  const { ledger, operator } = world;
  let isUnsure = false;
  while (!isOver()) {
    const losses = ledger.losses;
    try {
      await operator.forget("chaos", idOf(world, entry));
    } catch (error) {
      if (error instanceof NotFoundError) {
        // Its install is on its way, or an attempt that seemed to fail has done it.
        entry.isAtRisk ||= isUnsure;
        return;
      }
      isUnsure = true;
      entry.wasForgotten = true;
      await sleep(againAfterMs);
      continue;
    }
    entry.wish = "forgotten";
    entry.wasForgotten = true;
    entry.isAtRisk = ledger.losses !== losses;
    return;
  }
  entry.isAtRisk = true;
}

/**
 * After the faults: what may have been lost with Redis is sent again, and requests without an answer
 * are decided.
 */
export async function askAgain(world: World): Promise<void> {
  for (const entry of world.ledger.entries) {
    if (!entry.isAtRisk) continue;
    world.ledger.askedAgain += 1;
    if (entry.wish === "forgotten") await forget(world, entry);
    else await install(world, entry);
  }
}
