// Handler of queue `prewarm`: makes sure that a fresh token is in Redis before anybody needs it, and that the account's syncs follow its state.

import type { Payloads } from "@fleetkeeper/jobs";
import type { Store } from "@fleetkeeper/store";
import { TokenError, type Tokens } from "@fleetkeeper/tokens";
import type { TokenLedger } from "./token-ledger.ts";

/** A token that was not had is no failed job: the ledger has noted why, and when it is due again. */
export function createPrewarmHandler(options: {
  tokens: Tokens;
  ledger: TokenLedger;
  store: Store;
  syncNames: readonly string[];
  now: () => Date;
}) {
  const { tokens, ledger, store, syncNames, now } = options;
  return async ({ payload }: { payload: Payloads["prewarm"] }) => {
    const { installationId, generation, renew, newerThan } = payload;
    if (!renew && (await store.installations.find(installationId))?.state === "paused") {
      await store.align(installationId, now());
      return { outcome: "paused" };
    }
    try {
      const { token, isNew } = await (renew
        ? tokens.refresh(installationId)
        : newerThan === undefined
          ? tokens.prewarm(installationId, generation)
          : tokens.replace(installationId, generation, new Date(newerThan)));
      // A new one was noted when it came; for one that was there, the prewarm that was due is put off.
      if (!isNew) await ledger.noteGrant(installationId, token);
      // A sync that is newer than the install gets into the schedule with the next token.
      await store.plan(installationId, syncNames, now());
      return { outcome: "warm", expiresAt: token.expiresAt };
    } catch (error) {
      if (error instanceof TokenError) return { outcome: "not warm", code: error.code };
      throw error;
    }
  };
}
