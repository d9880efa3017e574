// What the worker's handlers do with the store, for tests of the store alone.

import type { Install } from "@fleetkeeper/model";
import type { Store } from "../src/index.ts";
import { how, promote } from "./world.ts";

/** As the handlers of an install and of its proof: it proves itself at once. */
export async function installAccount(
  store: Store,
  install: Install,
  { names, resources, now }: { names: readonly string[]; resources: readonly string[]; now: Date },
): Promise<"promoted" | "same" | "superseded"> {
  if ((await store.install(install, how, resources)) === "superseded") return "superseded";
  const outcome = await promote(store, install);
  if (outcome === "superseded") return outcome;
  await store.plan(install.installationId, names, now);
  await store.align(install.installationId, now);
  return outcome;
}
