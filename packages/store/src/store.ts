// The store: one MongoDB database. Portable on purpose: single-document atomicity, no transactions, no change
// streams, no TTL indexes.

import type {
  Generation,
  Install,
  InstallationId,
  TokenResult,
  UnrecognisedCallback,
} from "@fleetkeeper/model";
import { createActionLog } from "./action-log.ts";
import { createAfterRestore } from "./after-restore.ts";
import { createAlignSyncs } from "./align-syncs.ts";
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
 * once, default 20; a process that does more at a time makes them wait for one another.
 * @throws SchemaTooNewError
 */
export async function openStore(options: {
  mongodbUrl: string;
  connectWithinMs?: number;
  timeoutMs?: number;
  maxPoolSize?: number;
  indexes?: "create" | "leave";
}) {
  const { mongodbUrl, connectWithinMs = 10_000, timeoutMs = 30_000, maxPoolSize = 20 } = options;
  const { indexes = "create" } = options;
  const { client, db } = connectionTo(mongodbUrl, { connectWithinMs, timeoutMs, maxPoolSize });
  try {
    await client.connect();
  } catch (error) {
    await client.close();
    throw error;
  }
  const migrations = createMigrations(db);
  try {
    await migrations.check();
    if (indexes === "create") await createIndexes(db);
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
  const align = createAlignSyncs(db, installations);
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

    /**
     * Makes an install a candidate unless a newer one is in force, or the account was forgotten after it came
     * in. May be repeated. `same`: this very install was stored by an earlier start of the same job.
     * `resources`: of all syncs.
     * @throws AccountBeingForgottenError while the data from before it is being deleted; CandidatesFullError
     */
    async install(
      install: Install,
      how: Parameters<typeof credentials.add>[1],
      resources: readonly string[],
    ): Promise<"stored" | "same" | "superseded"> {
      if (!(await forgets.admits(install, resources))) return "superseded";
      const outcome = await credentials.add(install, how);
      // The account may have been forgotten between the look and the write.
      return (await forgets.admits(install, resources)) ? outcome : "superseded";
    },

    /**
     * A candidate for which a token was granted takes over, unless a newer one has. `keptMs`: how long the
     * one before it is kept for `credentials.bringBack`.
     * @throws AccountBeingForgottenError
     */
    async promote(
      id: InstallationId,
      generation: Generation,
      how: Parameters<typeof credentials.promote>[2],
    ): Promise<"promoted" | "same" | "superseded"> {
      return credentials.promote(id, generation, how, () => forgets.refuseWhileClearing(id));
    },

    /**
     * Notes a refused credential and stops the installation's syncs, unless a newer install is stored or it
     * is paused.
     */
    async revoke(
      id: InstallationId,
      generation: Generation,
      result: TokenResult,
      prewarmAt: Date,
    ): Promise<void> {
      if (await installations.noteRefusal(id, generation, result, prewarmAt)) await align(id, result.at);
    },

    /**
     * Makes the syncs of an installation follow its state; a part of all that changes the state, and of each
     * prewarm.
     */
    align,

    /**
     * Makes the syncs of an installation that do not exist yet: due at once, or waiting with the rest of a
     * paused account. Those that know of an older install only use this one's credential from now on, and are
     * due. Does nothing for an installation that was forgotten in the meantime, or whose first credential has
     * not proved itself.
     */
    async plan(id: InstallationId, names: readonly string[], now: Date): Promise<void> {
      const installation = await installations.find(id);
      if (installation === null || installation.sealedCredential === null) return;
      // The token first: an account that is forgotten after it was asked for is gone, or gets another.
      const firstToken = async () => {
        const token = await forgets.firstSyncTokenOf(id);
        return (await installations.find(id))?.sealedCredential ? token : undefined;
      };
      await syncs.plan(installation, names, { now, firstToken });
    },

    /** Stops an installation's token and syncs until `resume`; what runs now loses its lease. */
    async pause(id: InstallationId, now = new Date()): Promise<void> {
      await installations.setPaused(id, now);
      await align(id, now);
    },

    async resume(id: InstallationId, now: Date): Promise<void> {
      await installations.endPause(id, now);
      await align(id, now);
    },

    /**
     * Deletes an account's credential and everything that was read for it, unless it was installed again
     * since. To be asked twice: the second time deletes what a slice in progress still wrote.
     */
    forget: (...request: Parameters<typeof forgets.forget>) => forgets.forget(...request),

    findUnrecognised: (jobId: string) => unrecognised.find(jobId),
    keepUnrecognised: (jobId: string, callback: UnrecognisedCallback) => unrecognised.keep(jobId, callback),

    /**
     * Whether this install, or a newer one, is stored, as a candidate or in force, or was refused; true as
     * well where the account was forgotten after it.
     */
    async hasInstall(
      install: Pick<Install, "installationId" | "generation" | "receivedAt">,
    ): Promise<boolean> {
      const { installationId, generation, receivedAt } = install;
      const installation = await installations.find(installationId);
      if (installation !== null) {
        const { candidates, refused } = installation;
        return [installation, ...candidates, ...refused].some((one) => one.generation >= generation);
      }
      return forgets.isForgottenAfter(installationId, receivedAt);
    },

    /** After MongoDB was restored from a backup, before anything runs. */
    afterRestore: createAfterRestore(db, align),

    /** What an operator wants to know of the server. */
    async inspect(): Promise<{ server: string; serverTime: Date | undefined; missingIndexes: string[] }> {
      const { version, ferretdbVersion } = await db.command({ buildInfo: 1 });
      const { localTime } = await db.command({ hello: 1 });
      const server =
        ferretdbVersion === undefined
          ? `MongoDB ${version}`
          : `FerretDB, which answers as MongoDB ${version}`;
      return { server, serverTime: localTime, missingIndexes: await missingIndexes(db) };
    },

    proveWrite: createProveWrite(db),

    async close(): Promise<void> {
      await client.close();
    },
  };
}
