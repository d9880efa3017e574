// The worker, from configuration to running consumers: the one page where the whole system is seen.

import {
  connectConsumer,
  connected,
  connectProducer,
  consume,
  createQueueSet,
  loadQueueTelemetry,
  type QueueName,
} from "@fleetkeeper/jobs";
import type { Defer } from "@fleetkeeper/process";
import { createOpen, createSeal } from "@fleetkeeper/sealing";
import { openStore } from "@fleetkeeper/store";
import { builtInSyncs, loadSyncs, type SyncDefinition } from "@fleetkeeper/syncs";
import {
  createMinuteStats,
  createWorkerMetrics,
  type Log,
  noTraces,
  type Traces,
} from "@fleetkeeper/telemetry";
import { createTokenCache, createTokens } from "@fleetkeeper/tokens";
import { createCircuitBreaker, createRedisLimiter, createTrackunit } from "@fleetkeeper/trackunit";
import { Agent } from "undici";
import type { WorkerConfig } from "./config.ts";
import { createDispatchHandler } from "./dispatch.ts";
import { createInstallHandler } from "./install.ts";
import { createInstallTraces } from "./install-traces.ts";
import { keepTicking } from "./keep-ticking.ts";
import { startWorkerOps } from "./ops.ts";
import { createPrewarmHandler } from "./prewarm.ts";
import { decideJob } from "./retry.ts";
import { createSyncHandler } from "./sync.ts";
import { createTokenLedger } from "./token-ledger.ts";
import { installationOf, traceJobs } from "./trace-jobs.ts";

export interface WorkerOptions {
  now?: () => Date;
  /** Beside those that SYNC_MODULES names. Default: the built-in ones. */
  syncs?: readonly SyncDefinition[];
  traces?: Traces;
}

/** Starts everything; what it started is closed through `defer`, the last first. */
export async function startWorker(
  config: WorkerConfig,
  log: Log,
  defer: Defer,
  { now = () => new Date(), syncs = builtInSyncs, traces = noTraces }: WorkerOptions = {},
): Promise<{ opsUrl: string }> {
  const namespace = config.REDIS_NAMESPACE;
  const metrics = createWorkerMetrics();

  const telemetry = traces.on ? await loadQueueTelemetry() : undefined;
  const onError = (error: Error) => log.warn({ error }, "redis connection failed");
  const producer = connectProducer(config.REDIS_URL, { commandTimeoutMs: 10_000 });
  producer.on("error", onError);
  defer("redis", () => producer.quit());
  await connected(producer);
  const queues = createQueueSet({ redis: producer, namespace, onError, telemetry });
  defer("queues", () => queues.close());
  const stats = createMinuteStats({ redis: producer, namespace, metrics });
  defer("minute stats", () => stats.close());

  const store = await openStore({ mongodbUrl: config.MONGODB_URL });
  defer("store", () => store.close());
  const dispatcher = new Agent({ connections: 32, connect: { timeout: 5_000 } });
  defer("connections to trackunit", () => dispatcher.close());

  const seal = await createSeal(config.SEALING_PUBLIC_KEY);
  const open = await createOpen(config.SEALING_PRIVATE_KEYS);
  const ledger = createTokenLedger({ store, log, metrics, now });
  const inputs = { tokenUrl: config.TRACKUNIT_TOKEN_URL, scopes: config.TRACKUNIT_SCOPES };
  const tokens = createTokens({
    cache: createTokenCache({
      ...inputs,
      redis: producer,
      namespace,
      seal: (text, installationId) => seal(text, { installationId, purpose: "access-token" }),
      open: (sealed, installationId) => open(sealed, { installationId, purpose: "access-token" }),
    }),
    redis: producer,
    endpoint: { ...inputs, dispatcher, timeoutMs: 10_000 },
    loadCredential: async (installationId) => {
      const { sealedCredential, generation, state } = await store.installations.credentialOf(installationId);
      const credential = JSON.parse(await open(sealedCredential, { installationId, purpose: "credential" }));
      return { credential, generation, revoked: state === "revoked" };
    },
    onGrant: (installationId, token) => ledger.granted(installationId, token),
    onError: (installationId, generation, error) => ledger.failed(installationId, generation, error),
    onLookup: (found) => metrics.tokenLookups.inc({ found }),
    aroundRequest: (request) => {
      const stop = metrics.tokenRequestSeconds.startTimer();
      return traces.span("token.request", {}, request).finally(stop);
    },
    now,
  });
  const trackunit = createTrackunit({
    apiUrl: config.TRACKUNIT_API_URL,
    dispatcher,
    limiter: createRedisLimiter({
      redis: producer,
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
    getAccessToken: async (installationId, refused) =>
      (await tokens.get(installationId, refused)).accessToken,
  });
  const definitions = new Map(
    [...syncs, ...(await loadSyncs(config.SYNC_MODULES))].map((definition) => [definition.name, definition]),
  );
  const syncNames = [...definitions.keys()];

  const installTraces = createInstallTraces({ redis: producer, namespace, traces, log });
  const consumer = connectConsumer(config.REDIS_URL);
  consumer.on("error", onError);
  defer("redis for workers", () => consumer.quit());
  const take = <Name extends QueueName>(
    queue: Name,
    concurrency: number,
    handle: Parameters<typeof consume<Name>>[0]["handle"],
  ) => {
    metrics.jobsStalled.inc({ queue }, 0);
    const running = consume({
      queue,
      concurrency,
      handle: traceJobs(queue, handle, { traces, installTraces }),
      redis: consumer,
      namespace,
      decide: decideJob,
      onError,
      telemetry: queue === "dispatch" ? undefined : telemetry,
      onStalled: (jobId) => {
        metrics.jobsStalled.inc({ queue });
        log.warn({ queue, jobId }, "job stalled");
      },
      onSettled: ({ jobId, payload, durationMs, verdict, error }) => {
        metrics.jobs.observe({ queue, outcome: verdict }, durationMs / 1_000);
        const fields = { queue, jobId, installationId: installationOf(payload), durationMs };
        if (error !== undefined) log.error({ ...fields, verdict, error }, "job failed");
        else log.debug(fields, "job done");
      },
    });
    defer(`jobs of queue ${queue}`, () => running.close(10_000));
    return running;
  };
  const consumers = {
    install: take(
      "install",
      10,
      createInstallHandler({
        store,
        scopes: config.TRACKUNIT_SCOPES,
        syncNames,
        forgetTokens: (installationId) => tokens.forget(installationId),
        now,
      }),
    ),
    prewarm: take(
      "prewarm",
      config.PREWARM_CONCURRENCY,
      createPrewarmHandler({ tokens, ledger, store, syncNames, now }),
    ),
    sync: take(
      "sync",
      config.SYNC_CONCURRENCY,
      createSyncHandler({
        store,
        trackunit,
        definitions,
        log,
        metrics,
        traces,
        now,
        slicePages: config.SYNC_SLICE_PAGES,
        sliceMs: config.SYNC_SLICE_MS,
        leaseMs: config.SYNC_LEASE_MS,
      }),
    ),
    dispatch: take(
      "dispatch",
      1,
      createDispatchHandler({
        store,
        queues,
        log,
        metrics,
        installTraces,
        now,
        syncBacklog: config.SYNC_BACKLOG,
      }),
    ),
  };
  const ticking = await keepTicking({ queues, log, everyMs: 1_000, now });
  defer("tick", () => ticking.stop());

  const ops = await startWorkerOps({
    host: config.OPS_HOST,
    port: config.OPS_PORT,
    metrics,
    consumers,
    redis: producer,
    namespace,
    queues,
    store,
    seal,
    open,
    log,
    now,
  });
  defer("ops server", () => ops.close());
  return { opsUrl: ops.url };
}
