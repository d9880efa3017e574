// Notes in MongoDB how each request for a token went, and when to ask next. A refused credential revokes the installation.

import type { Generation, InstallationId } from "@fleetkeeper/model";
import type { Store } from "@fleetkeeper/store";
import type { Log, WorkerMetrics } from "@fleetkeeper/telemetry";
import { type CachedToken, CredentialRefusedError, prewarmAtOf, type TokenError } from "@fleetkeeper/tokens";
import { decideCall, refusalDelayMs } from "./retry.ts";

export type TokenLedger = ReturnType<typeof createTokenLedger>;

/** A note that cannot be written is logged and not thrown: the token, or the error, matters more to who asked for it. */
export function createTokenLedger(options: {
  store: Store;
  log: Log;
  metrics: WorkerMetrics;
  now: () => Date;
}) {
  const { store, log, metrics, now } = options;

  return {
    async granted(installationId: InstallationId, token: CachedToken): Promise<void> {
      metrics.tokenRequests.inc({ result: "granted" });
      await this.noteGrant(installationId, token).catch((error) =>
        log.error({ error, installationId }, "token result not noted"),
      );
    },

    /** Also for a token that was there already: its prewarm was due, and must be put off. Wakes what waits for a credential, also when
     * whoever should have done so died before. */
    async noteGrant(installationId: InstallationId, token: CachedToken): Promise<void> {
      const { restored, firstSince } = await store.installations.noteGrant(installationId, token.generation, {
        result: { at: token.issuedAt, outcome: "granted", expiresAt: token.expiresAt },
        grantedScopes: token.scopes,
        prewarmAt: prewarmAtOf(token, installationId),
      });
      if (firstSince !== undefined)
        metrics.installToTokenSeconds.observe((now().getTime() - firstSince.getTime()) / 1_000);
      if (restored) log.info({ installationId }, "installation restored");
      await store.align(installationId, now());
    },

    async failed(installationId: InstallationId, generation: Generation, error: TokenError): Promise<void> {
      metrics.tokenRequests.inc({ result: error.code });
      log.warn({ error, installationId, code: error.code }, "no token");
      await noteError(installationId, generation, error).catch((failure) =>
        log.error({ error: failure, installationId }, "token result not noted"),
      );
    },
  };

  async function noteError(
    installationId: InstallationId,
    generation: Generation,
    error: TokenError,
  ): Promise<void> {
    const at = now();
    const failures = ((await store.installations.find(installationId))?.tokenFailures ?? 0) + 1;
    if (error instanceof CredentialRefusedError) {
      const again = new Date(at.getTime() + refusalDelayMs(failures));
      await store.revoke(installationId, generation, { at, outcome: "refused", code: error.code }, again);
      log.warn({ installationId, code: error.code }, "installation revoked");
      return;
    }
    const decision = decideCall(error, failures);
    const delayMs = decision.action === "never" ? refusalDelayMs(failures) : decision.delayMs;
    const result = { at, outcome: "failed", code: error.code } as const;
    await store.installations.noteFailure(
      installationId,
      generation,
      result,
      new Date(at.getTime() + delayMs),
    );
  }
}
