// Handler of queue `prewarm`: makes sure that a fresh token is in Redis before anybody needs it, if anybody
// will, that candidates are proved, and that the account's syncs follow.

import type { Payloads } from "@fleetkeeper/jobs";
import type { InstallationId } from "@fleetkeeper/model";
import type { Store } from "@fleetkeeper/store";
import { type CachedToken, TokenError, type Tokens } from "@fleetkeeper/tokens";
import type { createProve } from "./prove.ts";
import type { TokenLedger } from "./token-ledger.ts";
import type { createFindUnused } from "./unused-token.ts";

/** A token that was not obtained is not a failed job: the ledger has noted why, and when it is due again. */
export function createPrewarmHandler(options: {
  tokens: Tokens;
  ledger: TokenLedger;
  findUnused: ReturnType<typeof createFindUnused>;
  prove: ReturnType<typeof createProve>;
  store: Store;
  syncNames: readonly string[];
  /** Hands over what is due of an account that has just proved itself. */
  startSyncs: (installationId: InstallationId) => Promise<void>;
  now: () => Date;
}) {
  const { tokens, ledger, findUnused, prove, store, syncNames, startSyncs, now } = options;
  return async ({ payload }: { payload: Payloads["prewarm"] }) => {
    const { installationId, generation, renew, newerThan, keepWarm } = payload;
    if (payload.prove) {
      const { outcome, token } = await prove(installationId);
      if (token === undefined) return { outcome };
      await follow(installationId, token);
      await startSyncs(installationId);
      return { outcome };
    }
    const found = renew ? null : await store.installations.find(installationId);
    if (found?.state === "paused") {
      await store.align(installationId, now());
      return { outcome: "paused" };
    }
    const unused = found !== null && keepWarm ? await findUnused(found) : undefined;
    if (found !== null && unused !== undefined) {
      // As with a token: what is new to the account, or was left undone, is done now.
      await store.plan(installationId, syncNames, now());
      await store.align(installationId, now());
      await store.installations.noteUnused(found, unused);
      return { outcome: "unused", neededAt: unused.neededAt };
    }
    try {
      const { token, isNew } = await (renew
        ? tokens.refresh(installationId)
        : newerThan === undefined
          ? tokens.prewarm(installationId, generation)
          : tokens.replace(installationId, generation, new Date(newerThan)));
      await follow(installationId, isNew ? undefined : token);
      return { outcome: "warm", expiresAt: token.expiresAt };
    } catch (error) {
      if (error instanceof TokenError) return { outcome: "not warm", code: error.code };
      throw error;
    }
  };

  /**
   * A sync that is newer than the install gets into the schedule with the next token. After that the prewarm,
   * which is due until then, is postponed. `token`: one that no worker has noted yet.
   */
  async function follow(installationId: InstallationId, token: CachedToken | undefined): Promise<void> {
    await store.plan(installationId, syncNames, now());
    if (token !== undefined) await ledger.noteGrant(installationId, token);
  }
}
