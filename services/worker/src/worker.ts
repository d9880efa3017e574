// The worker, from configuration to running consumers: the one page where the whole system is seen.

import { createConnections, createGuardedFetch } from "@fleetkeeper/http";
import { createQueueSet, loadQueueTelemetry } from "@fleetkeeper/jobs";
import { closeRedis, connectConsumer, connected, connectProducer } from "@fleetkeeper/redis";
import type { Defer } from "@fleetkeeper/runtime";
import { createTokenSealing } from "@fleetkeeper/sealing";
import { openStore } from "@fleetkeeper/store";
import { builtInSyncs, type SyncDefinition } from "@fleetkeeper/syncs";
import { createTimeStats, type Log, noTraces, type Traces } from "@fleetkeeper/telemetry";
import type { WorkerConfig } from "./config.ts";
import { connectTrackunit } from "./connect-trackunit.ts";
import { jobsAtATime, startConsumers } from "./consumers.ts";
import { createHandOver } from "./hand-over.ts";
import { createInstallTraces } from "./install-traces.ts";
import { keepMigrated } from "./keep-migrated.ts";
import { keepTicking } from "./keep-ticking.ts";
import { loadDefinitions } from "./load-definitions.ts";
import { createWorkerMetrics } from "./metrics.ts";
import { createDeliver } from "./notify/deliver.ts";
import { keepInterest } from "./notify/keep-interest.ts";
import { offerPlaces } from "./offer-places.ts";
import { startWorkerOps } from "./ops.ts";
import { createPlaces } from "./places.ts";
import { createRunSlice } from "./run-slice.ts";
import { createStartAtOnce } from "./start-at-once.ts";
import { createTakeJobs, graceMs } from "./take-jobs.ts";
import { createTakeSyncs } from "./take-syncs.ts";
import { tidyHourly } from "./tidy-hourly.ts";
import { createPublishedEndpoints } from "./webhooks/publish-endpoints.ts";

/** Of one attempt to tell a receiver something, and what is read of its answer. */
const notifyLimits = { timeoutMs: 15_000, maxBytes: 4 * 1_024 };

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
  const { namespace } = config;
  const definitions = await loadDefinitions(config, syncs, log);
  const metrics = createWorkerMetrics();

  const telemetry = traces.on ? await loadQueueTelemetry() : undefined;
  const onError = (error: Error) => log.warn({ error }, "redis connection failed");
  const producer = connectProducer(config.redisUrl, { commandTimeoutMs: 10_000 });
  producer.on("error", onError);
  defer("redis", () => closeRedis(producer));
  await connected(producer);
  const queues = createQueueSet({ redis: producer, namespace, onError, telemetry });
  defer("queues", () => queues.close());
  const stats = createTimeStats({ redis: producer, namespace, metrics, now });
  defer("minute stats", () => stats.close());

  const store = await openStore({
    mongodbUrl: config.mongodbUrl,
    // One for each job that may run, and some for ticks, measuring and health.
    maxPoolSize: jobsAtATime(config) + 20,
    onSlowIndexes: () =>
      log.warn("indexes of mongodb are being built, which takes long: the worker waits for them"),
  });
  defer("store", () => store.close());
  const migrating = keepMigrated({ store, log, now });
  defer("migrations", () => migrating.stop());
  const interest = await keepInterest({ events: store.events, log });
  defer("interest in events", async () => interest.stop());
  const connections = createConnections(config.outbound);
  defer("connections to trackunit", () => connections.close());

  const connection = await connectTrackunit({
    config,
    redis: producer,
    store,
    dispatcher: connections.dispatcher,
    log,
    metrics,
    traces,
    now,
  });

  const endpoints = await createPublishedEndpoints({
    store,
    redis: producer,
    namespace,
    keys: config.webhookKeys,
    log,
    now,
  });
  const guardedFetch = createGuardedFetch({ ...notifyLimits, allowPrivate: config.notifyAnyAddress });
  defer("connections to receivers", () => guardedFetch.close());
  const webhookSealing = config.webhookKeys && (await createTokenSealing(config.webhookKeys));
  const installTraces = createInstallTraces({ redis: producer, namespace, traces, log });
  const consumer = connectConsumer(config.redisUrl);
  consumer.on("error", onError);
  defer("redis for workers", () => closeRedis(consumer));
  const jobs = createTakeJobs({
    redis: consumer,
    namespace,
    log,
    metrics,
    traces,
    installTraces,
    telemetry,
    onError,
  });
  const { leaseMs } = config;
  const places = createPlaces({
    total: config.syncConcurrency,
    perAccount: Math.max(1, Math.floor(config.syncConcurrency * 0.4)),
  });
  const runSlice = createRunSlice({
    store,
    trackunit: connection.trackunit,
    definitions,
    log,
    metrics,
    traces,
    now,
    slicePages: config.slicePages,
    sliceMs: config.sliceMs,
    pageMs: config.pageMs,
    leaseMs,
    absence: config.absence,
  });
  const handOver = createHandOver({ store, queues, installTraces, now });
  const startAtOnce = createStartAtOnce({ store, queues, handOver, log, now });
  const takeSyncs = createTakeSyncs({
    store,
    queues,
    places,
    runSlice,
    startNext: (installationId, dueAt) => startAtOnce.syncs(installationId, { dueAt, limit: 1 }),
    log,
    metrics,
    traces,
    now,
    leaseMs,
  });
  defer("running syncs", () => takeSyncs.close(graceMs));
  defer("jobs", () => jobs.close());
  const consumers = startConsumers({
    config,
    store,
    queues,
    definitions,
    take: jobs.take,
    takeSyncs,
    connection,
    endpoints,
    deliver: createDeliver({ fetch: guardedFetch, open: connection.open, now }),
    openWebhook: webhookSealing?.open,
    handOver,
    startAtOnce,
    log,
    metrics,
    now,
  });
  const offer = await offerPlaces({ queues, places: config.syncConcurrency, log, now });
  defer("places", () => offer.stop());
  const ticking = await keepTicking({ queues, log, everyMs: 1_000, now });
  defer("tick", () => ticking.stop());

  const tidying = tidyHourly({ store, log, now });
  defer("hourly tidying", async () => tidying.stop());

  const ops = await startWorkerOps({
    host: config.opsHost,
    port: config.opsPort,
    metrics,
    consumers,
    redis: producer,
    namespace,
    queues,
    store,
    seal: connection.seal,
    open: connection.open,
    log,
    now,
  });
  defer("ops server", () => ops.close());
  return { opsUrl: ops.url };
}
