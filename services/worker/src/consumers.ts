// A consumer for each queue, with the handler of its jobs and how many of them run at a time.

import type { Consumer, QueueName, QueueSet } from "@fleetkeeper/jobs";
import { createJobVerify, createVerify, type Open } from "@fleetkeeper/sealing";
import type { Store } from "@fleetkeeper/store";
import type { SyncDefinition } from "@fleetkeeper/syncs";
import type { Log } from "@fleetkeeper/telemetry";
import type { WorkerConfig } from "./config.ts";
import type { TrackunitConnection } from "./connect-trackunit.ts";
import { createDispatchHandler } from "./dispatch.ts";
import { createForgetHandler } from "./forget.ts";
import type { HandOver } from "./hand-over.ts";
import { createInstallHandler } from "./install.ts";
import type { WorkerMetrics } from "./metrics.ts";
import type { createDeliver } from "./notify/deliver.ts";
import { eventBody } from "./notify/event-body.ts";
import { createRelayEvents } from "./notify/relay-events.ts";
import { createTell } from "./notify/tell.ts";
import { createPrewarmHandler } from "./prewarm.ts";
import type { StartAtOnce } from "./start-at-once.ts";
import type { createTakeJobs } from "./take-jobs.ts";
import type { createTakeSyncs } from "./take-syncs.ts";
import type { createPublishedEndpoints } from "./webhooks/publish-endpoints.ts";
import { createWebhookHandler } from "./webhooks/webhook.ts";

const installConcurrency = 10;
const webhookConcurrency = 10;
const notifyConcurrency = 20;

/** How many jobs may run at a time, of all queues. */
export function jobsAtATime({ prewarmConcurrency, syncConcurrency }: WorkerConfig): number {
  return installConcurrency + webhookConcurrency + notifyConcurrency + prewarmConcurrency + syncConcurrency;
}

/** They take jobs from now on, and end as `take` lets them. */
export function startConsumers(parts: {
  config: WorkerConfig;
  store: Store;
  queues: QueueSet;
  definitions: ReadonlyMap<string, SyncDefinition>;
  take: ReturnType<typeof createTakeJobs>["take"];
  takeSyncs: ReturnType<typeof createTakeSyncs>;
  connection: TrackunitConnection;
  endpoints: Awaited<ReturnType<typeof createPublishedEndpoints>>;
  deliver: ReturnType<typeof createDeliver>;
  /** Of the bodies of Trackunit's webhooks; absent without WEBHOOK_KEY. */
  openWebhook: Open | undefined;
  handOver: HandOver;
  startAtOnce: StartAtOnce;
  log: Log;
  metrics: WorkerMetrics;
  now: () => Date;
}): Record<QueueName, Consumer> {
  const { config, store, queues, definitions, take, takeSyncs, endpoints, log, metrics, now } = parts;
  const { handOver, startAtOnce } = parts;
  const { tokens, ledger, findUnused, prove } = parts.connection;
  const resources = [...definitions.values()].map(({ resource }) => resource);
  return {
    install: take(
      "install",
      installConcurrency,
      createInstallHandler({
        store,
        verify: createJobVerify(createVerify(config.ingressVerificationKeys), parts.connection.open),
        scopes: config.scopes,
        resources,
        refusals: parts.connection.refusals,
        startProof: startAtOnce.proofs,
        now,
      }),
    ),
    forget: take(
      "forget",
      1,
      createForgetHandler({
        store,
        queues,
        resources,
        forgetTokens: (installationId) => tokens.forget(installationId),
      }),
    ),
    prewarm: take(
      "prewarm",
      config.prewarmConcurrency,
      createPrewarmHandler({
        tokens,
        ledger,
        findUnused,
        prove,
        store,
        syncNames: [...definitions.keys()],
        startSyncs: startAtOnce.syncs,
        now,
      }),
    ),
    sync: take("sync", 1, takeSyncs.handle, { graceMs: 0 }),
    webhook: take(
      "webhook",
      webhookConcurrency,
      createWebhookHandler({ store, definitions, withdraw: endpoints.withdraw, metrics, now }),
    ),
    notify: take(
      "notify",
      notifyConcurrency,
      createTell({
        store,
        deliver: parts.deliver,
        bodyOf: (event) => eventBody(event, { store, open: parts.openWebhook }),
        log,
        metrics,
        now,
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
        handOver,
        publishEndpoints: endpoints.publish,
        relayEvents: createRelayEvents({ store, queues, metrics, now }),
        now,
        syncBacklog: config.syncBacklog,
      }),
    ),
  };
}
