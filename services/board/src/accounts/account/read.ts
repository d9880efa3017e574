// Everything that the page of one account shows, in a bounded number of indexed queries. The credential stays
// behind.

import type { FailedJob, QueueSet } from "@fleetkeeper/jobs";
import type { InstallationId } from "@fleetkeeper/model";
import type { RedisClient } from "@fleetkeeper/redis";
import {
  type AuditDocument,
  type DeliveryRow,
  type ForwardedRequestDocument,
  type InstallationRow,
  type RunDocument,
  rowOf,
  type SetAsideDocument,
  type Store,
  type SyncDocument,
} from "@fleetkeeper/store";
import type { Log } from "@fleetkeeper/telemetry";
import { type FamilyUse, readLimitUse } from "@fleetkeeper/trackunit";
import type { EndpointFacts } from "../../webhooks/endpoint-table.ts";
import type { RecordsFacts } from "../records/read.ts";

export interface AccountFacts {
  at: Date;
  installation: InstallationRow;
  syncs: SyncDocument[];
  /** The newest first, of all syncs together. */
  runs: (RunDocument & { sync: string })[];
  setAside: SetAsideDocument[];
  /** Undefined while Redis does not answer. */
  failedJobs: FailedJob[] | undefined;
  audit: AuditDocument[];
  endpoints: EndpointFacts[];
  /** The newest first, of all endpoints together. */
  deliveries: DeliveryRow[];
  /** Only on their tab. */
  records?: RecordsFacts;
  /** Undefined while they cannot be read. */
  limits: FamilyUse[] | undefined;
  /** Of the publisher's own code. */
  requests: ForwardedRequestDocument[];
}

/** At most this many of each are shown. */
export const shown = {
  runs: 25,
  setAsidePerSync: 20,
  failedJobs: 20,
  audit: 25,
  requests: 25,
  deliveries: 10,
};

/** Undefined when there is no such installation. */
export async function readAccount(
  {
    store,
    failedJobsOf,
    refusalsOf,
    limitsOf,
    now,
  }: {
    store: Store;
    failedJobsOf: FailedJobsOf;
    refusalsOf: RefusalsOf;
    limitsOf: LimitsOf;
    now: () => Date;
  },
  id: InstallationId,
): Promise<AccountFacts | undefined> {
  const [found, syncs, audit, requests, failedJobs, endpoints, limits, deliveries] = await Promise.all([
    store.installations.find(id),
    store.syncs.ofInstallation(id),
    store.audit.of(id, shown.audit),
    store.requestLog.of(id, { limit: shown.requests }).then(({ rows }) => rows),
    failedJobsOf(id),
    store.webhookEndpoints.ofInstallation(id),
    limitsOf(id),
    store.webhookDeliveries.list({ installationId: id, limit: shown.deliveries }).then(({ rows }) => rows),
  ]);
  if (found === null) return undefined;
  const [runs, setAside] = await Promise.all([
    Promise.all(syncs.map((sync) => runsOf(store, sync))),
    Promise.all(syncs.map(({ _id }) => store.setAside.of(_id, shown.setAsidePerSync))),
  ]);
  const newest = runs.flat().sort((a, b) => b.at.getTime() - a.at.getTime());
  return {
    at: now(),
    installation: rowOf(found),
    syncs,
    runs: newest.slice(0, shown.runs),
    setAside: setAside.flat(),
    failedJobs,
    audit,
    limits,
    requests,
    endpoints: await Promise.all(
      endpoints.map(async (endpoint) => ({ endpoint, refusals: await refusalsOf(endpoint.endpointId) })),
    ),
    deliveries,
  };
}

async function runsOf(store: Store, { _id, sync }: SyncDocument) {
  return (await store.syncs.runsOf(_id, shown.runs)).map((run) => ({ ...run, sync }));
}

/** Undefined while Redis does not answer. */
export type RefusalsOf = (endpointId: string) => Promise<EndpointFacts["refusals"]>;

/** Undefined while they cannot be read. */
export type LimitsOf = (id: InstallationId) => Promise<FamilyUse[] | undefined>;

/** Undefined while Redis does not answer: the rest of the page is still worth seeing. */
export type FailedJobsOf = (id: InstallationId) => Promise<FailedJob[] | undefined>;

export function createFailedJobsOf(queueSet: QueueSet, onError: (error: unknown) => void): FailedJobsOf {
  return (id) =>
    queueSet.failedOf(id, shown.failedJobs).catch((error: unknown) => {
      onError(error);
      return undefined;
    });
}

export function createLimitsOf(options: {
  redis: RedisClient;
  namespace: string;
  log: Log;
  now: () => Date;
}): LimitsOf {
  const { redis, namespace, log, now } = options;
  return (id) =>
    readLimitUse(redis, namespace, id, now()).catch((error: unknown) => {
      log.warn({ error }, "the use of Trackunit's limits could not be read");
      return undefined;
    });
}
