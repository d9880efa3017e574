// Walks one webhook through: an asset changes at the simulated Trackunit, and a sync that the event concerns
// has run.

import { setTimeout as sleep } from "node:timers/promises";
import { installationIdOf } from "@fleetkeeper/model";
import type { Simulator } from "@fleetkeeper/simulator";
import type { Store } from "@fleetkeeper/store";
import type { Progress } from "./progress.ts";
import type { System } from "./system.ts";

const timeoutMs = 60_000;

/** @returns the ingress's answer to a first delivery, once a worker has told it of the endpoint. */
export async function addWebhookEndpoint(options: {
  simulator: Simulator;
  accountId: string;
  webhookEndpointOf: System["webhookEndpointOf"];
}): Promise<number> {
  const { simulator, accountId, webhookEndpointOf } = options;
  const id = installationIdOf(simulator.settings.app, accountId);
  simulator.addWebhookTarget(accountId, await webhookEndpointOf(id));
  // No sync names this type; it shows when the ingress knows the endpoint.
  return eventually("the ingress to know the endpoint", async () => {
    const [sent] = await simulator.sendWebhook(accountId, "endpoint.added");
    const status = sent?.attempts[0]?.status;
    return status === 202 ? status : undefined;
  });
}

/** `refreshedInMs`: from a change to the end of the run that read it. To an account that has an endpoint. */
export async function walkThroughWebhook(options: {
  simulator: Simulator;
  accountId: string;
  store: Store;
  progress: Progress;
}): Promise<{ refreshedInMs: number }> {
  const { simulator, accountId, store, progress } = options;
  const id = installationIdOf(simulator.settings.app, accountId);
  const changedAtMs = Date.now();
  const mark = simulator.webhooks().length;
  simulator.account(accountId)?.change(20, { update: 1 });
  const run = await eventually("a sync that an event set off", async () => {
    const syncs = await store.syncs.ofInstallation(id);
    const runs = syncs.map(({ lastRun }) => lastRun).filter((lastRun) => lastRun?.setOffBy !== undefined);
    return runs.find((lastRun) => lastRun && lastRun.startedAt.getTime() >= changedAtMs) ?? undefined;
  });
  const refreshedInMs = run.at.getTime() - changedAtMs;
  const events = simulator.webhooks().length - mark;
  progress.step(
    `a change of 20 assets sent ${events} webhooks; the first sync they started was done in ${refreshedInMs} ms`,
  );
  return { refreshedInMs };
}

async function eventually<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  while (performance.now() < deadline) {
    const seen = await look();
    if (seen !== undefined) return seen;
    await sleep(100);
  }
  throw new Error(`waited ${timeoutMs / 1_000} s for ${what}; the services' logs say why`);
}
