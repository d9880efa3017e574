// The store: one MongoDB database. Portable on purpose: single-document atomicity, no transactions, no change
// streams, no TTL indexes.

import type { UnrecognisedCallback } from "@fleetkeeper/model";
import { type Db, MongoNetworkTimeoutError } from "mongodb";
import { createAccountLife } from "./account-life.ts";
import { createActionLog } from "./action-log.ts";
import { createAfterRestore } from "./after-restore.ts";
import { createApiKeys } from "./api-keys.ts";
import { createAudit } from "./audit.ts";
import { createChangeFeed } from "./change-feed.ts";
import { connectionTo } from "./connect.ts";
import { createCredentials } from "./credentials.ts";
import { createEvents } from "./events/events.ts";
import { createInterest } from "./events/interest.ts";
import { createForget } from "./forget.ts";
import { createIndexes, missingIndexes } from "./indexes.ts";
import { createInstallations } from "./installations.ts";
import { createMigrations } from "./migrations.ts";
import { createNotifications } from "./notifications.ts";
import { createProveWrite } from "./prove-write.ts";
import { createRecords } from "./records.ts";
import { createRequestLog } from "./request-log.ts";
import { createSealedTexts } from "./sealed-texts.ts";
import { createSetAside } from "./set-aside.ts";
import { createSyncs } from "./syncs.ts";
import { createUnrecognised } from "./unrecognised.ts";
import { createWebhookDeliveries } from "./webhook-deliveries.ts";
import { createWebhookEndpoints } from "./webhook-endpoints.ts";

/** Everything that is kept in MongoDB. Close it when nothing asks any more. */
export type Store = Awaited<ReturnType<typeof openStore>>;

/**
 * Connects to the database that the URL names (`fleetkeeper` when it names none) and creates the indexes that
 * are missing, unless `indexes` is `leave`. Gives up connecting after `connectWithinMs` (default 10 000);
 * every operation ends within `timeoutMs` (default 30 000). `maxPoolSize`: connections that may be open at
 * once, default 20; a process that does more at a time makes them wait for one another. Indexes on much data
 * may take longer than `timeoutMs`: they are waited for, and `onSlowIndexes` is called every 10 s.
 * @throws SchemaTooNewError
 */
export async function openStore(options: {
  mongodbUrl: string;
  connectWithinMs?: number;
  timeoutMs?: number;
  maxPoolSize?: number;
  indexes?: "create" | "leave";
  onSlowIndexes?: () => void;
}) {
  const { mongodbUrl, connectWithinMs = 10_000, timeoutMs = 30_000, maxPoolSize = 20 } = options;
  const { indexes = "create", onSlowIndexes = () => undefined } = options;
  const { client, db } = connectionTo(mongodbUrl, { connectWithinMs, timeoutMs, maxPoolSize });
  const migrations = createMigrations(db);
  try {
    await client.connect();
    await migrations.check();
    if (indexes === "create") await createIndexesWithPatience(db, { mongodbUrl, onSlowIndexes });
  } catch (error) {
    await client.close();
    throw error;
  }
  const interest = createInterest(db);
  const events = createEvents(db, interest);
  const syncs = createSyncs(db, { interest, empty: events.relay.ofAccount });
  const installations = createInstallations(db, interest);
  const feed = createChangeFeed(db);
  const credentials = createCredentials(db, interest);
  const forgets = createForget(db, credentials, interest);
  const life = createAccountLife(db, { installations, credentials, syncs, forgets });
  const { install, promote, revoke, align, plan, pause, resume, forget, hasInstall } = life;
  const unrecognised = createUnrecognised(db);

  return {
    installations,
    credentials,
    syncs,
    records: createRecords(db),
    setAside: createSetAside(db),
    feed,
    apiKeys: createApiKeys(db),
    audit: createAudit(db),
    /** The audit log together with the log of events, to read. */
    actionLog: createActionLog(db),
    migrations,
    /** What operators were told. */
    notifications: createNotifications(db),
    requestLog: createRequestLog(db),
    sealedTexts: createSealedTexts(db),
    webhookEndpoints: createWebhookEndpoints(db, forgets.firstTokenOf),
    webhookDeliveries: createWebhookDeliveries(db, interest),
    /** Outgoing webhooks. A process that makes changes asks it to `refresh` now and then. */
    events,

    install,
    promote,
    revoke,
    align,
    plan,
    pause,
    resume,
    forget,
    hasInstall,

    findUnrecognised: (jobId: string) => unrecognised.find(jobId),
    keepUnrecognised: (jobId: string, callback: UnrecognisedCallback) => unrecognised.keep(jobId, callback),

    /** After MongoDB was restored from a backup, before anything runs. */
    afterRestore: createAfterRestore(db, align),

    /** What an operator wants to know of the server. */
    inspect: () => inspect(db),

    proveWrite: createProveWrite(db),

    async close(): Promise<void> {
      await client.close();
    },
  };
}

const slowIndexesMs = 10_000;

/** The second time through a connection that waits for as long as it takes. */
async function createIndexesWithPatience(
  db: Db,
  { mongodbUrl, onSlowIndexes }: { mongodbUrl: string; onSlowIndexes: () => void },
): Promise<void> {
  try {
    await createIndexes(db);
  } catch (error) {
    if (!(error instanceof MongoNetworkTimeoutError)) throw error;
    onSlowIndexes();
    const telling = setInterval(onSlowIndexes, slowIndexesMs);
    const patient = connectionTo(mongodbUrl, { connectWithinMs: 10_000, timeoutMs: 0, maxPoolSize: 20 });
    try {
      await createIndexes(patient.db);
    } finally {
      clearInterval(telling);
      await patient.client.close();
    }
  }
}

async function inspect(
  db: Db,
): Promise<{ server: string; serverTime: Date | undefined; missingIndexes: string[] }> {
  const { version, ferretdbVersion } = await db.command({ buildInfo: 1 });
  const { localTime } = await db.command({ hello: 1 });
  const server =
    ferretdbVersion === undefined ? `MongoDB ${version}` : `FerretDB, which answers as MongoDB ${version}`;
  return { server, serverTime: localTime, missingIndexes: await missingIndexes(db) };
}
