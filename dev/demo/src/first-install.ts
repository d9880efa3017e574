// Walks one install through: callback, sealed credential, warm token, synced records; says each as it is seen
// in MongoDB.

import { setTimeout as sleep } from "node:timers/promises";
import { type InstallationId, installationIdOf } from "@fleetkeeper/model";
import { describeWaiting } from "@fleetkeeper/operator";
import type { Simulator } from "@fleetkeeper/simulator";
import type { Store, SyncDocument } from "@fleetkeeper/store";
import { builtInSyncs } from "@fleetkeeper/syncs";
import type { Progress } from "./progress.ts";

/** The last line of `pnpm start --once`. */
export interface Summary {
  installation: InstallationId;
  credential: "sealed";
  token: { expiresInS: number; scopes: string[] };
  syncs: Record<string, { records: number }>;
}

const timeoutMs = 120_000;

export async function walkThroughInstall(options: {
  simulator: Simulator;
  accountId: string;
  store: Store;
  progress: Progress;
  /** The account is known from now on. */
  onStored: () => void;
}): Promise<{ summary: Summary; failed: number }> {
  const { simulator, accountId, store, progress, onStored } = options;
  const installation = installationIdOf(simulator.settings.app, accountId);
  const startedAt = new Date();
  const answer = await simulator.install(accountId);
  if (answer.status !== 202)
    throw new Error(
      `the ingress answered ${answer.status} to the install callback: ${JSON.stringify(answer.body)}`,
    );
  progress.step(`install callback of account ${accountId} accepted (202)`);

  const sealed = await eventually("the credential to be stored", async () => {
    const found = await store.installations.find(installation);
    return found !== null && found.installedAt >= startedAt ? found : undefined;
  });
  onStored();
  // A candidate until Trackunit has granted a token for it.
  const { clientIdFingerprint } = sealed.candidates.at(-1) ?? sealed;
  progress.step(`credential sealed and stored (fingerprint ${clientIdFingerprint})`);

  const { lastToken, grantedScopes } = await eventually("an access token", async () => {
    const found = await store.installations.find(installation);
    return found?.lastToken?.outcome === "granted" && found.lastToken.at >= startedAt ? found : undefined;
  });
  const expiresInS = Math.round(((lastToken?.expiresAt ?? startedAt).getTime() - Date.now()) / 1_000);
  progress.step(
    `access token warm, expires in ${Math.round(expiresInS / 60)} min (${grantedScopes.join(" ")})`,
  );

  const syncs = await eventually("the first sync of every resource", async () => {
    const all = await store.syncs.ofInstallation(installation);
    const ended = all.every((sync) => isFresh(sync, startedAt) || hasFailed(sync, startedAt));
    return all.length > 0 && ended ? all : undefined;
  });
  const counts: Summary["syncs"] = {};
  for (const { sync, lastRun } of syncs) {
    const resource = builtInSyncs.find(({ name }) => name === sync)?.resource;
    // A sync from a module of one's own: only what its last run read is known here.
    const records =
      resource === undefined ? lastRun?.records : await store.records.count(resource, installation);
    counts[sync] = { records: records ?? 0 };
  }
  const said = Object.entries(counts).map(([sync, { records }]) => `${records} ${sync}`);
  progress.step(`first sync done: ${said.join(", ")}`);
  const failed = syncs.filter((sync) => hasFailed(sync, startedAt));
  for (const { sync, waiting } of failed)
    progress.step(`sync ${sync} fails: ${describeWaiting(waiting).text}`);
  const token = { expiresInS, scopes: grantedScopes };
  return { summary: { installation, credential: "sealed", token, syncs: counts }, failed: failed.length };
}

/**
 * Read since the install, or, at a second start, so shortly before that Trackunit's limits let it be read
 * again only later.
 */
function isFresh({ lastSuccessAt, waiting }: SyncDocument, startedAt: Date): boolean {
  return lastSuccessAt !== null && (lastSuccessAt >= startedAt || waiting.for === "rate-limit");
}

function hasFailed({ lastRun }: SyncDocument, startedAt: Date): boolean {
  return lastRun?.outcome === "failed" && lastRun.at >= startedAt;
}

async function eventually<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  while (performance.now() < deadline) {
    const seen = await look();
    if (seen !== undefined) return seen;
    await sleep(50);
  }
  throw new Error(`waited ${timeoutMs / 1_000} s for ${what}; the services' logs say why`);
}
