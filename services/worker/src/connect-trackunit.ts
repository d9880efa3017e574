// The way to Trackunit: access tokens for each installation, and the API with them, within its limits.

import type { Credential, InstallationId, SealedText } from "@fleetkeeper/model";
import type { RedisClient } from "@fleetkeeper/redis";
import { createCacheSealing, createOpen, createSeal, type Open, type Seal } from "@fleetkeeper/sealing";
import type { Store } from "@fleetkeeper/store";
import type { Log, Traces } from "@fleetkeeper/telemetry";
import {
  CredentialPendingError,
  createEndpointPace,
  createTokenCache,
  createTokens,
  type Tokens,
} from "@fleetkeeper/tokens";
import {
  accountOfToken,
  createCircuitBreaker,
  createRedisLimiter,
  createTrackunit,
} from "@fleetkeeper/trackunit";
import type { Dispatcher } from "undici";
import { type CandidateRefusals, createCandidateRefusals } from "./candidate-refusals.ts";
import type { WorkerConfig } from "./config.ts";
import type { WorkerMetrics } from "./metrics.ts";
import { createProve } from "./prove.ts";
import { createTokenLedger, type TokenLedger } from "./token-ledger.ts";
import { createFindUnused } from "./unused-token.ts";

export interface TrackunitConnection {
  tokens: Tokens;
  ledger: TokenLedger;
  /** Whether a token would expire before anybody uses it. */
  findUnused: ReturnType<typeof createFindUnused>;
  trackunit: ReturnType<typeof createTrackunit>;
  seal: Seal;
  open: Open;
  /** Proves an account's candidates. */
  prove: ReturnType<typeof createProve>;
  refusals: CandidateRefusals;
}

/** For the one small answer of the account query. */
const accountQueryLimits = { timeoutMs: 10_000, bodyLimitBytes: 64 * 1_024 };

export async function connectTrackunit(options: {
  config: WorkerConfig;
  redis: RedisClient;
  store: Store;
  dispatcher: Dispatcher;
  log: Log;
  metrics: WorkerMetrics;
  traces: Traces;
  now: () => Date;
}): Promise<TrackunitConnection> {
  const { config, redis, store, dispatcher, log, metrics, traces, now } = options;
  const { namespace } = config;
  const seal = await createSeal(config.sealingPublicKey);
  const open = await createOpen(config.sealingPrivateKeys);
  const sealing = await createCacheSealing(config.tokenKeys);
  const openCredential = async (sealed: SealedText, installationId: InstallationId): Promise<Credential> =>
    JSON.parse(await open(sealed, { installationId, purpose: "credential" }));
  const ledger = createTokenLedger({ store, log, metrics, now });
  const inputs = { tokenUrl: config.tokenUrl, scopes: config.scopes };

  const cache = createTokenCache({ ...inputs, redis, namespace, sealing });

  const tokens = createTokens({
    cache,
    redis,
    endpoint: { ...inputs, dispatcher, timeoutMs: 10_000 },
    loadCredential: async (installationId) => {
      const { sealedCredential, generation, state } = await store.installations.credentialOf(installationId);
      if (sealedCredential === null)
        throw new CredentialPendingError("no credential of the account has proved itself yet");
      return { credential: await openCredential(sealedCredential, installationId), generation, state };
    },
    pace: createEndpointPace(redis, namespace),
    onGrant: (installationId, token, assumed) => ledger.granted(installationId, token, assumed),
    onError: (installationId, generation, error) => ledger.failed(installationId, generation, error),
    onLookup: (found) => metrics.tokenLookups.inc({ found }),
    aroundRequest: (request) => {
      const stop = metrics.tokenRequestSeconds.startTimer();
      return traces.span("token.request", {}, request).finally(stop);
    },
    now,
  });

  const trackunit = createTrackunit({
    apiUrl: config.apiUrl,
    dispatcher,
    limiter: createRedisLimiter({
      redis,
      namespace,
      onTake: ({ family, waitMs, putOff }) => {
        metrics.limiterPutOff.inc({ family }, putOff ? 1 : 0);
        if (!putOff) metrics.limiterWaitSeconds.observe({ family }, waitMs / 1_000);
      },
    }),
    breaker: createCircuitBreaker({
      onChange: (circuit) => {
        metrics.circuitOpen.set(circuit === "open" ? 1 : 0);
        log.warn({ circuit }, "circuit to the API changed");
      },
    }),
    onRequest: ({ family, status, durationMs }) => {
      metrics.apiRequests.inc({ family, status });
      metrics.apiRequestSeconds.observe({ family }, durationMs / 1_000);
    },
    getAccessToken: async (installationId, { refused, forbidden, generation }) => {
      const token = await tokens.get(installationId, { refused, atLeast: generation });
      if (forbidden !== token.accessToken) return token.accessToken;
      // A re-install may have brought the scope that was missing.
      const newest = await store.installations.credentialOf(installationId);
      return (await tokens.get(installationId, { atLeast: newest.generation })).accessToken;
    },
  });

  const query = config.accountQuery;
  const api = { apiUrl: config.apiUrl, dispatcher, ...accountQueryLimits };
  const refusals = createCandidateRefusals({ audit: store.audit, metrics, log });
  const prove = createProve({
    store,
    refusals,
    tokens,
    openCredential,
    accountOfToken:
      query && ((accessToken) => accountOfToken(api, query, accessToken, new AbortController().signal)),
    scopes: config.scopes,
    keptMs: config.formerKeptMs,
    log,
    metrics,
    now,
  });

  const findUnused = createFindUnused({ syncs: store.syncs, cache, now });
  return { tokens, ledger, findUnused, trackunit, seal, open, prove, refusals };
}
