// Whether anybody will use a token that is requested now: one that expires unread costs Trackunit a request
// and us several.

import { fractionOf } from "@fleetkeeper/model";
import type { Store } from "@fleetkeeper/store";
import { nextTokenOf, type TokenCache } from "@fleetkeeper/tokens";

/**
 * An account without a planned run is looked at this often, less up to a tenth by installation: that plans
 * the syncs that are new since then.
 */
const lookAgainMs = 6 * 3_600_000;

/** Nobody will use a token before `neededAt`, as far as is planned; null: nothing is. */
export interface UnusedToken {
  neededAt: Date | null;
  /** When to look again. */
  lookAt: Date;
}

type Installation = NonNullable<Awaited<ReturnType<Store["installations"]["find"]>>>;

/**
 * Undefined where a token is wanted: a run is planned before it would expire, the API read one not long ago,
 * or the last request did not get one, which is to be known.
 */
export function createFindUnused(options: {
  syncs: Pick<Store["syncs"], "nextRunOf">;
  cache: Pick<TokenCache, "wasRead">;
  now: () => Date;
}): (installation: Installation) => Promise<UnusedToken | undefined> {
  const { syncs, cache, now } = options;
  return async ({ _id, state, lastToken }) => {
    if (state !== "active" || lastToken?.outcome !== "granted" || lastToken.expiresAt === undefined)
      return undefined;
    const at = now();
    const next = nextTokenOf({ issuedAt: lastToken.at, expiresAt: lastToken.expiresAt }, at);
    const neededAt = await syncs.nextRunOf(_id);
    if (neededAt !== null && neededAt <= next.usableUntil) return undefined;
    if (await cache.wasRead(_id)) return undefined;
    const againAt = at.getTime() + lookAgainMs * (0.9 + 0.1 * fractionOf(_id));
    const requestAt = neededAt === null ? againAt : next.requestAt(neededAt, _id).getTime();
    return { neededAt, lookAt: new Date(Math.min(requestAt, againAt)) };
  };
}
