// The installation that a path means: its account, of the key's app, of the app that the query names, or of
// the only one.

import { accountIdOf, createBoundedMap, type InstallationId, irisAppIdOf } from "@fleetkeeper/model";
import { type ApiKeyRow, type InstallationRow, rowOf, type Store } from "@fleetkeeper/store";
import { z } from "zod";
import { Problem } from "../problems.ts";

export const accountParams = z.object({
  accountId: z.string().min(1).max(500).meta({ description: "As Trackunit spells it." }),
});

/** An app's name, as in its manifest. */
export const appSchema = z
  .string()
  .max(500)
  .startsWith("@")
  .meta({ description: "`@organization/appname`." });

export const appQuery = z.object({ app: appSchema.optional() });

export type FindAccount = ReturnType<typeof createFindAccount>;

/**
 * For how long the installation of an account is known without a look at which others it has: an app that is
 * installed beside it makes a request without a name ambiguous after this time at the latest.
 */
const knownForMs = 60_000;
/** Accounts that are known at a time. */
const capacity = 50_000;

/** One for all routes. */
export function createFindAccount(installations: Pick<Store["installations"], "find" | "ofAccount">) {
  const known = createBoundedMap<string, { ids: InstallationId[]; readAtMs: number }>(capacity);

  /** @throws Problem ERR_NOT_FOUND, also for an account of another app than the key's; ERR_APP_AMBIGUOUS */
  return async (
    key: ApiKeyRow,
    { accountId, app }: { accountId: string; app?: string | undefined },
  ): Promise<InstallationRow> => {
    if (key.irisAppId !== null && app !== undefined && app !== key.irisAppId) throw notFound();
    const named = app ?? key.irisAppId;
    const [knownId, ...otherIds] = meant(knownIds(accountId), accountId, named);
    if (knownId !== undefined && otherIds.length === 0) {
      const found = await installations.find(knownId);
      if (found !== null) return rowOf(found);
    }
    const rows = await read(accountId);
    const ids = meant(
      rows.map(({ _id }) => _id),
      accountId,
      named,
    );
    if (ids.length > 1) {
      const apps = ids.map(irisAppIdOf).join(", ");
      throw new Problem("ERR_APP_AMBIGUOUS", { detail: `The account installed ${apps}: name one by ?app=.` });
    }
    const only = rows.find(({ _id }) => _id === ids[0]);
    if (only === undefined) throw notFound();
    return only;
  };

  function knownIds(accountId: string): InstallationId[] {
    const found = known.get(accountId.toLowerCase());
    return found !== undefined && performance.now() - found.readAtMs < knownForMs ? found.ids : [];
  }

  async function read(accountId: string): Promise<InstallationRow[]> {
    const readAtMs = performance.now();
    const rows = await installations.ofAccount(accountId);
    const name = accountId.toLowerCase();
    if (rows.length === 0) known.delete(name);
    else known.set(name, { ids: rows.map(({ _id }) => _id), readAtMs });
    return rows;
  }
}

/**
 * Of installations whose account is spelled so in any case: those of the app, and of them those whose account
 * is spelled exactly so, if any.
 */
function meant(ids: readonly InstallationId[], accountId: string, app: string | null): InstallationId[] {
  const ofApp = ids.filter((id) => app === null || irisAppIdOf(id) === app);
  const exact = ofApp.filter((id) => accountIdOf(id) === accountId);
  return exact.length > 0 ? exact : ofApp;
}

function notFound(): Problem {
  return new Problem("ERR_NOT_FOUND", {
    detail: "There is no such account, or this API key does not see it.",
  });
}
