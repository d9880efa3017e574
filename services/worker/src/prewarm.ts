// Handler of queue `prewarm`: makes sure that a fresh token is in Redis before anybody needs it.

import type { Payloads } from "@fleetkeeper/jobs";
import { TokenError, type Tokens } from "@fleetkeeper/tokens";
import type { TokenLedger } from "./token-ledger.ts";

/** A token that was not had is no failed job: the ledger has noted why, and when it is due again. */
export function createPrewarmHandler({ tokens, ledger }: { tokens: Tokens; ledger: TokenLedger }) {
  return async ({ payload }: { payload: Payloads["prewarm"] }) => {
    try {
      const token = await tokens.prewarm(payload.installationId, payload.generation);
      await ledger.noteGrant(payload.installationId, token);
      return { outcome: "warm", expiresAt: token.expiresAt };
    } catch (error) {
      if (error instanceof TokenError) return { outcome: "not warm", code: error.code };
      throw error;
    }
  };
}
