// What explains an account: the installation, its syncs with their last runs and set-aside items, what operators did. Without the credential.

import type { InstallationId } from "@fleetkeeper/model";
import { describeWaiting } from "@fleetkeeper/operator";
import type { Store } from "@fleetkeeper/store";
import { findAccount } from "../find-account.ts";

export type AccountDetails = Awaited<ReturnType<typeof readAccount>>;

/** Of each sync. */
const shownSetAside = 20;

export async function readAccount(store: Store, id: InstallationId, runCount: number) {
  const installation = await findAccount(store, id);
  const documents = await store.syncs.ofInstallation(id);
  const syncs = await Promise.all(
    documents.map(async (sync) => ({
      ...sync,
      why: describeWaiting(sync.waiting),
      runs: runCount === 0 ? [] : await store.syncs.runsOf(sync._id, runCount),
      setAside: (await store.setAside.of(sync._id, shownSetAside)).map(({ item: _, ...rest }) => rest),
    })),
  );
  const { requestedScopes, grantedScopes, lastToken } = installation;
  const missingScopes =
    lastToken?.outcome === "granted" ? requestedScopes.filter((scope) => !grantedScopes.includes(scope)) : [];
  return { ...installation, missingScopes, syncs, audit: await store.audit.of(id, 5) };
}
