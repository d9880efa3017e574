// An access token of an account as the syncs have it: the warm one; where there is none, a worker is asked
// for it.

import { setTimeout as sleep } from "node:timers/promises";
import type { QueueSet } from "@fleetkeeper/jobs";
import type { InstallationRow } from "@fleetkeeper/store";
import { type CachedToken, isUsable, type TokenCache } from "@fleetkeeper/tokens";
import { AccountNotActiveError, NoTokenError } from "../../errors.ts";

const waitMs = 20_000;
const lookMs = 200;

/** @throws AccountNotActiveError, NoTokenError */
export async function askToken(
  { _id: installationId, generation, state }: Pick<InstallationRow, "_id" | "generation" | "state">,
  {
    cache,
    queues,
    signal,
    now,
  }: { cache: TokenCache; queues: Pick<QueueSet, "addUrgentPrewarm">; signal: AbortSignal; now: () => Date },
): Promise<CachedToken> {
  if (state !== "active")
    throw new AccountNotActiveError(`the account is ${state}: no request to Trackunit is sent for it`, {
      advice: "See `fleetkeeper accounts show`.",
    });
  const giveUpAtMs = performance.now() + waitMs;
  for (let look = 0; ; look++) {
    const token = await cache.read(installationId);
    if (token !== undefined && token.generation >= generation && isUsable(token, now())) return token;
    const failure = await cache.readFailure(installationId);
    if (failure !== undefined && failure.generation >= generation && failure.until > now())
      throw new NoTokenError(`Trackunit grants no token: ${failure.code}, ${failure.message}`);
    if (performance.now() > giveUpAtMs)
      throw new NoTokenError("no worker has fetched a token within 20 s", {
        advice: "Check whether workers run: `fleetkeeper doctor`.",
      });
    if (look === 0) await queues.addUrgentPrewarm({ installationId, generation });
    await sleep(lookMs, undefined, { signal });
  }
}
