// The installation that a path means: its account, of the key's app, of the app that the query names, or of
// the only one.

import { type InstallationId, installationIdOf } from "@fleetkeeper/model";
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

export function createFindAccount(installations: Store["installations"]) {
  /** @throws Problem ERR_NOT_FOUND, also for an account of another app than the key's; ERR_APP_AMBIGUOUS */
  return async (
    key: ApiKeyRow,
    { accountId, app }: { accountId: string; app?: string | undefined },
  ): Promise<InstallationRow> => {
    if (key.irisAppId !== null && app !== undefined && app !== key.irisAppId) throw notFound();
    const named = app ?? key.irisAppId;
    if (named !== null) return one(installationIdOf(named, accountId));
    const found = await installations.ofAccount(accountId);
    const [only] = found;
    if (only === undefined) throw notFound();
    if (found.length === 1) return only;
    const apps = found.map(({ irisAppId }) => irisAppId).join(", ");
    throw new Problem("ERR_APP_AMBIGUOUS", { detail: `The account installed ${apps}: name one by ?app=.` });
  };

  async function one(id: InstallationId): Promise<InstallationRow> {
    const found = await installations.find(id);
    if (found === null) throw notFound();
    return rowOf(found);
  }
}

function notFound(): Problem {
  return new Problem("ERR_NOT_FOUND", {
    detail: "There is no such account, or this API key does not see it.",
  });
}
