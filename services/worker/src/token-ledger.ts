// Notes in MongoDB how each request for a token went, and when to ask next. A refused credential revokes the
// installation.

import type { Generation, InstallationId } from "@fleetkeeper/model";
import type { Store } from "@fleetkeeper/store";
import type { Log } from "@fleetkeeper/telemetry";
import { type CachedToken, CredentialRefusedError, prewarmAtOf, type TokenError } from "@fleetkeeper/tokens";
import type { WorkerMetrics } from "./metrics.ts";
import { decideCall, refusalDelayMs } from "./retry.ts";

/** While MongoDB does not answer, nothing tells how many failures there were before. */
const waitUnnotedMs = 30_000;

export type TokenLedger = ReturnType<typeof createTokenLedger>;

/**
 * A note that cannot be written is logged and not thrown: the token, or the error, matters more to who asked
 * for it.
 */
export function createTokenLedger(options: {
  store: Store;
  log: Log;
  metrics: WorkerMetrics;
  now: () => Date;
}) {
  const { store, log, metrics, now } = options;

  return {
    async granted(
      installationId: InstallationId,
      token: CachedToken,
      assumed: readonly string[],
    ): Promise<void> {
      metrics.tokenRequests.inc({ result: "granted" });
      if (assumed.length > 0) log.info({ installationId, assumed }, "token answer was incomplete");
      await noteGrant(installationId, token).catch((error) =>
        log.error({ error, installationId }, "token result not noted"),
      );
    },

    noteGrant,

    /** @returns for how long no process may request this token again, in milliseconds. */
    async failed(installationId: InstallationId, generation: Generation, error: TokenError): Promise<number> {
      metrics.tokenRequests.inc({ result: error.code });
      log.warn({ error, installationId, code: error.code }, "no token");
      return noteError(installationId, generation, error).catch((failure) => {
        log.error({ error: failure, installationId }, "token result not noted");
        return waitUnnotedMs;
      });
    },
  };

  /**
   * Also for a token that was there already: its prewarm was due, and must be put off. Wakes what waits for a
   * credential, also when anyone who should have done so died before.
   */
  async function noteGrant(installationId: InstallationId, token: CachedToken): Promise<void> {
    const { restored, firstSince } = await store.installations.noteGrant(installationId, token.generation, {
      result: { at: token.issuedAt, outcome: "granted", expiresAt: token.expiresAt },
      grantedScopes: token.scopes,
      prewarmAt: prewarmAtOf(token, installationId),
    });
    if (firstSince !== undefined)
      metrics.installToTokenSeconds.observe((now().getTime() - firstSince.getTime()) / 1_000);
    if (restored) log.info({ installationId }, "installation restored");
    await store.align(installationId, now());
  }

  async function noteError(
    installationId: InstallationId,
    generation: Generation,
    error: TokenError,
  ): Promise<number> {
    const at = now();
    const failures = ((await store.installations.find(installationId))?.tokenFailures ?? 0) + 1;
    if (error instanceof CredentialRefusedError) {
      const delayMs = refusalDelayMs(failures);
      const again = new Date(at.getTime() + delayMs);
      await store.revoke(installationId, generation, { at, outcome: "refused", code: error.code }, again);
      log.warn({ installationId, code: error.code }, "installation revoked");
      return delayMs;
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
    return delayMs;
  }
}
