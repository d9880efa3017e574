// The worker, from configuration to running consumers: the one page where the whole system is seen.

import {
  connectConsumer,
  connected,
  connectProducer,
  consume,
  createQueueSet,
  type QueueName,
} from "@fleetkeeper/jobs";
import { createOpsServer, type Defer } from "@fleetkeeper/process";
import { createOpen, createSeal } from "@fleetkeeper/sealing";
import { openStore } from "@fleetkeeper/store";
import { builtInSyncs, loadSyncs, type SyncDefinition } from "@fleetkeeper/syncs";
import { createMetrics, createMinuteStats, type Log } from "@fleetkeeper/telemetry";
import { createTokenCache, createTokens } from "@fleetkeeper/tokens";
import { createCircuitBreaker, createRedisLimiter, createTrackunit } from "@fleetkeeper/trackunit";
import { Agent } from "undici";
import type { WorkerConfig } from "./config.ts";
import { createDispatchHandler } from "./dispatch.ts";
import { createInstallHandler } from "./install.ts";
import { keepTicking } from "./keep-ticking.ts";
import { createPrewarmHandler } from "./prewarm.ts";
import { decideJob } from "./retry.ts";
import { createSyncHandler } from "./sync.ts";
import { createTokenLedger } from "./token-ledger.ts";

export interface WorkerOptions {
  now?: () => Date;
  /** Beside those that SYNC_MODULES names. Default: the built-in ones. */
  syncs?: readonly SyncDefinition[];
}

/** Starts everything; what it started is closed through `defer`, the last first. */
export async function startWorker(
  config: WorkerConfig,
  log: Log,
  defer: Defer,
  {
    now = () => new Date(),
    syncs = builtInSyncs,
  }: { now?: () => Date; syncs?: readonly SyncDefinition[] } = {},
): Promise<void> {
  const namespace = config.REDIS_NAMESPACE;
  const metrics = createMetrics("worker");

  const onError = (error: Error) => log.warn({ error }, "redis connection");
  const producer = connectProducer(config.REDIS_URL, { commandTimeoutMs: 10_000 });
  producer.on("error", onError);
  defer("redis", () => producer.quit());
  await connected(producer);
  const queues = createQueueSet({ redis: producer, namespace, onError });
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
    now,
  });
  const trackunit = createTrackunit({
    apiUrl: config.TRACKUNIT_API_URL,
    dispatcher,
    limiter: createRedisLimiter({ redis: producer, namespace }),
    breaker: createCircuitBreaker({
      onChange: (circuit) => log.warn({ circuit }, "circuit to the API changed"),
    }),
    getAccessToken: async (installationId, refused) =>
      (await tokens.get(installationId, refused)).accessToken,
  });
  const definitions = new Map(
    [...syncs, ...(await loadSyncs(config.SYNC_MODULES))].map((definition) => [definition.name, definition]),
  );
  const syncNames = [...definitions.keys()];

  const consumer = connectConsumer(config.REDIS_URL);
  consumer.on("error", onError);
  defer("redis for workers", () => consumer.quit());
  const take = <Name extends QueueName>(
    queue: Name,
    concurrency: number,
    handle: Parameters<typeof consume<Name>>[0]["handle"],
  ) => {
    const running = consume({
      queue,
      concurrency,
      handle,
      redis: consumer,
      namespace,
      decide: decideJob,
      onError,
      onSettled: ({ jobId, durationMs, verdict, error }) => {
        metrics.jobs.observe({ queue, outcome: verdict }, durationMs / 1_000);
        if (error !== undefined) log.error({ queue, jobId, verdict, error }, "job failed");
        else log.debug({ queue, jobId, durationMs }, "job done");
      },
    });
    defer(`jobs of queue ${queue}`, () => running.close(10_000));
    return running;
  };
  const consumers = [
    take(
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
    take(
      "prewarm",
      config.PREWARM_CONCURRENCY,
      createPrewarmHandler({ tokens, ledger, store, syncNames, now }),
    ),
    take(
      "sync",
      config.SYNC_CONCURRENCY,
      createSyncHandler({
        store,
        trackunit,
        definitions,
        log,
        metrics,
        now,
        slicePages: config.SYNC_SLICE_PAGES,
        sliceMs: config.SYNC_SLICE_MS,
        leaseMs: config.SYNC_LEASE_MS,
      }),
    ),
    take(
      "dispatch",
      1,
      createDispatchHandler({ store, queues, log, metrics, now, syncBacklog: config.SYNC_BACKLOG }),
    ),
  ];
  const ticking = await keepTicking({ queues, log, everyMs: 1_000, now });
  defer("tick", () => ticking.stop());

  const ops = createOpsServer({
    metrics,
    checks: {
      redis: () => producer.ping(),
      mongodb: () => store.ping(),
      workers: async () => {
        if (!consumers.every((one) => one.isRunning())) throw new Error("a consumer has stopped");
      },
    },
  });
  await ops.listen({ host: config.OPS_HOST, port: config.OPS_PORT });
  defer("ops server", () => ops.close());
}
