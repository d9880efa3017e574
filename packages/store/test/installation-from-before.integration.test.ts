// An installation that a version without candidates wrote: its credential is in force, and none of the fields
// of today is there.

import type { Generation, SealedText } from "@fleetkeeper/model";
import { expect, test } from "vitest";
import type { InstallationDocument } from "../src/installation-document.ts";
import { at, how, installationId, installOf, promote, setup } from "./world.ts";

async function setupOld() {
  const world = await setup();
  const fromBefore = {
    _id: installationId,
    irisAppId: "@a/b",
    accountId: "1",
    state: "active",
    generation: "1" as Generation,
    sealedCredential: "sealed 1" as SealedText,
    sealKeyId: "k",
    clientIdFingerprint: "f",
    installedAt: at(0),
    createdAt: at(0),
    requestedScopes: ["asset.view"],
    grantedScopes: ["asset.view"],
    tokenFailures: 0,
    prewarmAt: at(10),
  };
  await world.db
    .collection<InstallationDocument>("installations")
    .insertOne(fromBefore as InstallationDocument);
  const found = () => world.store.installations.find(installationId);
  return { ...world, found };
}

test("it is active with its credential, is listed, and has no candidate", async () => {
  const { store, found } = await setupOld();
  expect(await found()).toMatchObject({ state: "active", candidates: [], former: [], inForceSince: at(0) });
  expect(await store.installations.credentialOf(installationId)).toMatchObject({
    sealedCredential: "sealed 1",
  });
  const { rows } = await store.installations.list({ sort: "id", limit: 10 });
  expect(rows).toMatchObject([{ _id: installationId, candidates: [], clientChange: null }]);
  expect(await store.installations.duePrewarms(at(11), 10)).toHaveLength(1);
  expect(await store.credentials.due(at(11), 10)).toEqual([]);
});

test("a new install waits as its candidate and takes over, and the credential from before is kept", async () => {
  const { store, found } = await setupOld();
  const install = { ...installOf("2"), receivedAt: at(20), clientIdFingerprint: "other" };
  expect(await store.install(install, how, ["assets"])).toBe("stored");
  expect(await found()).toMatchObject({ generation: "1", candidates: [{ generation: "2" }] });
  expect(await promote(store, install)).toBe("promoted");
  expect(await found()).toMatchObject({
    generation: "2",
    former: [{ sealedCredential: "sealed 1", inForceFrom: at(0), inForceUntil: at(20) }],
    clientChange: { from: "f", to: "other" },
  });
});

test("it is paused, resumed and proves nothing again and again, and is sealed again and forgotten", async () => {
  const { store, db, found } = await setupOld();
  await store.pause(installationId, at(1));
  await store.resume(installationId, at(2));
  expect(await store.credentials.toProve(installationId, at(100))).toBeUndefined();
  await store.credentials.quiet(installationId);
  expect(await found()).toMatchObject({ state: "active", proveAt: null });
  for await (const page of store.sealedTexts.pages(10))
    for (const entry of page)
      expect(await store.sealedTexts.replace(entry, "anew" as SealedText, "k2")).toBe(true);
  expect(await found()).toMatchObject({ sealedCredential: "anew", sealKeyId: "k2" });
  expect(await store.forget(installationId, at(30), ["assets"])).toMatchObject({ outcome: "forgotten" });
  expect(await db.collection("installations").countDocuments()).toBe(0);
});
