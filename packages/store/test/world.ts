// A store in a database of its own, with names for what its tests need.

import {
  type Generation,
  type Install,
  installationIdOf,
  type SealedText,
  syncIdOf,
} from "@fleetkeeper/model";
import { testStore } from "@fleetkeeper/test-worlds";
import type { openStore } from "../src/index.ts";

export const installationId = installationIdOf("@a/b", "1");
export const syncId = syncIdOf(installationId, "assets");
export const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1_000);

export async function setup() {
  const { store, db, mongodbUrl } = await testStore();
  return { store, db, mongodbUrl };
}

export function installOf(generation: string, sealed = generation): Install {
  return {
    installationId,
    irisAppId: "@a/b",
    accountId: "1",
    generation: generation as Generation,
    sealedCredential: `sealed ${sealed}` as SealedText,
    clientIdFingerprint: "f",
    receivedAt: at(0),
  };
}

export const how = { requestedScopes: ["asset.view"], sealKeyId: "k" };

/** What the worker does with a candidate that proved itself. */
export async function promote(store: TestStore, { installationId, generation, receivedAt }: Install) {
  const { requestedScopes } = how;
  const granted = { requestedScopes, isSame: false, keptMs: 86_400_000, now: receivedAt };
  return store.promote(installationId, generation, granted);
}

/** An install that has proved itself. */
export async function putInForce(store: TestStore, install: Install, more: Partial<typeof how> = {}) {
  const outcome = await store.credentials.add(install, { ...how, ...more });
  return outcome === "stored" ? promote(store, install) : outcome;
}

export const installation = { _id: installationId, generation: "1" as Generation, state: "active" as const };

export type TestStore = Awaited<ReturnType<typeof openStore>>;
