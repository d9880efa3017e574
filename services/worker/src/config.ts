// The worker's configuration, from the environment. Every variable is explained in docs/configuration.md.

import {
  commonOptionsOf,
  pickVariables,
  readEnvironment,
  schemaWithOutbound,
  tracesOptionsOf,
  variable,
} from "@fleetkeeper/runtime";
import {
  parsePrivateKeys,
  parsePublicKey,
  parseTokenKeys,
  parseVerificationKeys,
} from "@fleetkeeper/sealing";
import { checkMongodbUrl } from "@fleetkeeper/store";
import { parseAccountQuery } from "@fleetkeeper/trackunit";

export const schema = schemaWithOutbound({
  MONGODB_URL: variable.checkedBy(checkMongodbUrl),
  ...pickVariables("TRACKUNIT_TOKEN_URL", "TRACKUNIT_API_URL", "TRACKUNIT_SCOPES"),
  SEALING_PUBLIC_KEY: variable.parsedBy(parsePublicKey),
  SEALING_PRIVATE_KEYS: variable.parsedBy(parsePrivateKeys),
  TOKEN_KEY: variable.parsedBy(parseTokenKeys),
  WEBHOOK_KEY: variable.parsedBy(parseTokenKeys).optional(),
  INGRESS_VERIFICATION_KEYS: variable.parsedBy(parseVerificationKeys),
  ...pickVariables("NOTIFY_ADDRESSES"),
  ...pickVariables("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_TRACES_SAMPLER_ARG"),
  SYNC_MODULES: variable.list(/,/).default([]),
  SYNC_CONCURRENCY: variable.wholeNumber(10, { max: 1_000 }),
  SYNC_BACKLOG: variable.wholeNumber(200, { max: 1_000_000 }),
  SYNC_SLICE_PAGES: variable.wholeNumber(20),
  SYNC_SLICE_MS: variable.wholeNumber(10_000),
  SYNC_PAGE_MS: variable.wholeNumber(120_000),
  SYNC_LEASE_MS: variable.wholeNumber(10_000),
  MISSING_SHARE: variable.share(0.2),
  MISSING_RECORDS: variable.wholeNumber(20),
  MISSING_PASSES: variable.wholeNumber(6, { min: 2, max: 1_000 }),
  TRACKUNIT_ACCOUNT_QUERY: variable.parsedBy(parseAccountQuery).optional(),
  PREVIOUS_CREDENTIAL_DAYS: variable.wholeNumber(30, { max: 366 }),
  PREWARM_CONCURRENCY: variable.wholeNumber(10, { max: 1_000 }),
});

export type WorkerConfig = ReturnType<typeof readConfig>;

/** @throws ConfigurationError that lists every fault. */
export function readConfig(env: NodeJS.ProcessEnv) {
  const values = readEnvironment(schema, env);
  return {
    accountQuery: values.trackunitAccountQuery,
    formerKeptMs: values.previousCredentialDays * 86_400_000,
    mongodbUrl: values.mongodbUrl,
    tokenUrl: values.trackunitTokenUrl,
    apiUrl: values.trackunitApiUrl,
    scopes: values.trackunitScopes,
    ...commonOptionsOf(values),
    sealingPublicKey: values.sealingPublicKey,
    sealingPrivateKeys: values.sealingPrivateKeys,
    tokenKeys: values.tokenKey,
    webhookKeys: values.webhookKey,
    ingressVerificationKeys: values.ingressVerificationKeys,
    notifyAnyAddress: values.notifyAddresses === "any",
    traces: tracesOptionsOf(values),
    syncModules: values.syncModules,
    syncConcurrency: values.syncConcurrency,
    syncBacklog: values.syncBacklog,
    slicePages: values.syncSlicePages,
    sliceMs: values.syncSliceMs,
    pageMs: values.syncPageMs,
    leaseMs: values.syncLeaseMs,
    absence: { share: values.missingShare, records: values.missingRecords, passes: values.missingPasses },
    prewarmConcurrency: values.prewarmConcurrency,
  };
}
