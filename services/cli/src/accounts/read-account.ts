// What explains an account: the installation, its syncs with their last runs and set-aside items, what
// operators did. Without the credential.

import type { InstallationId } from "@fleetkeeper/model";
import { missingScopes, syncStanding, tokenStanding } from "@fleetkeeper/operator";
import type { Store } from "@fleetkeeper/store";
import { findAccount } from "../find-account.ts";

export type AccountDetails = Awaited<ReturnType<typeof readAccount>>;

/** Of each sync. */
const shownSetAside = 20;

export async function readAccount(store: Store, id: InstallationId, runCount: number, now: Date) {
  const installation = await findAccount(store, id);
  const documents = await store.syncs.ofInstallation(id);
  const syncs = await Promise.all(
    documents.map(async (sync) => ({
      ...sync,
      why: syncStanding(sync, now),
      runs: runCount === 0 ? [] : await store.syncs.runsOf(sync._id, runCount),
      setAside: (await store.setAside.of(sync._id, shownSetAside)).map(({ item: _, ...rest }) => rest),
    })),
  );
  return {
    ...installation,
    token: tokenStanding(installation, now),
    missingScopes: missingScopes(installation),
    syncs,
    audit: await store.audit.of(id, 5),
  };
}
