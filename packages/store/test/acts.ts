// What the worker's handlers do with the store, for tests of the store alone.

import type { Install } from "@fleetkeeper/model";
import type { Store } from "../src/index.ts";

export const how = { requestedScopes: ["asset.view"], sealKeyId: "k" };

/** As the handler of the queue `install`. */
export async function installAccount(
  store: Store,
  install: Install,
  { names, resources, now }: { names: readonly string[]; resources: readonly string[]; now: Date },
): Promise<"stored" | "same" | "superseded"> {
  const outcome = await store.install(install, how, resources);
  if (outcome === "superseded") return outcome;
  await store.plan(install.installationId, names, now);
  await store.syncs.wake(install.installationId, ["backoff", "scope", "schedule"], now);
  await store.align(install.installationId, now);
  return outcome;
}
