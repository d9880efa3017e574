// Finds out which of an account's candidates takes over: the newest for which the token endpoint grants a
// token, and whose token is the account's own where a query tells. Until then the credential in force
// continues working, and nothing stops it.

import {
  type Credential,
  defineError,
  FleetkeeperError,
  type InstallationId,
  type SealedText,
} from "@fleetkeeper/model";
import { type Candidate, refusalsOf, type Store, type TriedCandidate } from "@fleetkeeper/store";
import type { Log } from "@fleetkeeper/telemetry";
import {
  type CachedToken,
  CredentialRefusedError,
  type GrantedToken,
  TokenEndpointPacedError,
  TokenEndpointUnavailableError,
  TokenError,
  TokenRateLimitedError,
  type Tokens,
} from "@fleetkeeper/tokens";
import type { TokensAccount } from "@fleetkeeper/trackunit";
import type { CandidateRefusals } from "./candidate-refusals.ts";
import type { WorkerMetrics } from "./metrics.ts";
import { proofDelayMs } from "./retry.ts";

export interface ProveOptions {
  store: Store;
  tokens: Tokens;
  openCredential: (sealed: SealedText, installationId: InstallationId) => Promise<Credential>;
  /** Which account a token belongs to; undefined where nothing tells. */
  accountOfToken: ((accessToken: string) => Promise<TokensAccount>) | undefined;
  /** Asked for with each token. */
  scopes: string[];
  refusals: CandidateRefusals;
  /** How long a credential that was replaced is kept. */
  keptMs: number;
  log: Log;
  metrics: WorkerMetrics;
  now: () => Date;
}

export interface Proved {
  outcome: "promoted" | "same" | "waits" | "refused" | "nothing to prove";
  /** For the credential that is in force now; not noted with the installation yet. */
  token?: CachedToken;
}

interface Proof {
  token: GrantedToken;
  credential: Credential;
  /** Of the account, where the API told it. */
  name: string | undefined;
}

/**
 * A credential may be refused for a moment, for instance before Trackunit knows it everywhere: it is tried
 * again after these, and one more refusal ends it. The credential in force continues working meanwhile.
 */
const refusalWaitsMs = [5_000, 30_000, 120_000, 600_000];

/**
 * What is probably said of every credential: then an older candidate is not tried at once, but has its turn
 * next. What the endpoint says of one credential it may say of no other.
 */
const ofEveryCredential = [TokenEndpointUnavailableError, TokenEndpointPacedError, TokenRateLimitedError];

export function createProve(options: ProveOptions) {
  const { store, tokens, openCredential, accountOfToken, refusals, log, metrics, now } = options;

  /** May run twice at once: of two that prove the same, one promotes. */
  return async (installationId: InstallationId): Promise<Proved> => {
    const found = await store.credentials.toProve(installationId, now());
    if (found === undefined) {
      await store.credentials.quiet(installationId);
      return { outcome: "nothing to prove" };
    }
    const waiting: TriedCandidate[] = [];
    const putOff = async () => {
      if (waiting.length > 0) await store.credentials.putOff(installationId, waiting, now());
    };
    for (const candidate of found.candidates) {
      const proof = await tryOut(installationId, candidate, found.accountId);
      if ("token" in proof) {
        const { sealedCredential } = found.inForce ?? {};
        const isSame =
          sealedCredential !== undefined &&
          isEqual(await openCredential(sealedCredential, installationId), proof.credential);
        await putOff();
        const proved = await promote(installationId, candidate, proof.token, isSame);
        if (proof.name !== undefined)
          await store.installations.setNotes(installationId, { toldName: proof.name });
        return proved;
      }
      if ("tryAt" in proof) waiting.push(proof);
      if ("tryAt" in proof && !proof.isRejected) break;
    }
    await putOff();
    return { outcome: waiting.length > 0 ? "waits" : "refused" };
  };

  async function tryOut(
    installationId: InstallationId,
    candidate: Candidate,
    accountId: string,
  ): Promise<Proof | TriedCandidate | { isRefused: true }> {
    const { generation } = candidate;
    try {
      const credential = await openCredential(candidate.sealedCredential, installationId);
      const token = await tokens.tryOut(credential);
      metrics.tokenRequests.inc({ result: "granted" });
      const account = await accountOfToken?.(token.accessToken);
      if (account !== undefined && account.id.toLowerCase() !== accountId.toLowerCase())
        throw new CredentialOfOtherAccountError();
      return { token, credential, name: account?.name };
    } catch (error) {
      if (!(error instanceof FleetkeeperError)) throw error;
      const { code } = error;
      if (error instanceof TokenError) metrics.tokenRequests.inc({ result: code });
      const isRefused = error instanceof CredentialRefusedError;
      const refusalWaitMs = isRefused ? refusalWaitsMs[refusalsOf(candidate)] : undefined;
      if ((isRefused && refusalWaitMs === undefined) || error instanceof CredentialOfOtherAccountError) {
        await refuse(installationId, candidate, code);
        return { isRefused: true };
      }
      const delayMs = refusalWaitMs ?? proofDelayMs(error, candidate.tries + 1);
      const tryAt = new Date(now().getTime() + delayMs);
      log.warn({ installationId, code, error, tryAt }, "candidate could not prove itself yet");
      return {
        generation,
        code,
        tryAt,
        isRejected: !ofEveryCredential.some((kind) => error instanceof kind),
        isRefused,
      };
    }
  }

  async function promote(
    installationId: InstallationId,
    { generation }: Candidate,
    granted: GrantedToken,
    isSame: boolean,
  ): Promise<Proved> {
    const { scopes, keptMs } = options;
    const how = { requestedScopes: scopes, isSame, keptMs, now: now() };
    const outcome = await store.promote(installationId, generation, how);
    if (outcome === "superseded") return { outcome: "refused" };
    const { assumed: _, ...rest } = granted;
    const token = { ...rest, generation };
    await tokens.adopt(installationId, token);
    metrics.candidates.inc({ result: outcome });
    log.info({ installationId, outcome }, "candidate took over");
    return { outcome, token };
  }

  async function refuse(
    installationId: InstallationId,
    { generation }: Candidate,
    code: string,
  ): Promise<void> {
    const at = now();
    await refusals.audit(installationId, code, at);
    if (await store.credentials.refuse(installationId, generation, { at, code }))
      refusals.tell(installationId, code);
  }
}

function isEqual(one: Credential, other: Credential): boolean {
  return one.clientId === other.clientId && one.clientSecret === other.clientSecret;
}

/** The token that was granted for a candidate belongs to another account than the install names. */
class CredentialOfOtherAccountError extends defineError(
  FleetkeeperError,
  "ERR_CREDENTIAL_OF_OTHER_ACCOUNT",
  "never",
) {
  constructor() {
    super("the new credential is another account's");
  }
}
