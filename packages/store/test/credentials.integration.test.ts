import type { Generation, Install } from "@fleetkeeper/model";
import { expect, test } from "vitest";
import { at, how, installationId, installOf, promote, putInForce, setup, type TestStore } from "./world.ts";

const later = (generation: string, seconds: number): Install => ({
  ...installOf(generation),
  clientIdFingerprint: `client ${generation}`,
  receivedAt: at(seconds),
});
const add = (store: TestStore, install: Install) => store.install(install, how, ["assets"]);
const found = (store: TestStore) => store.installations.find(installationId);
const rejected = (generation: string, seconds: number) => ({
  generation: generation as Generation,
  code: "ERR_TOKEN_INVALID_CLIENT",
  tryAt: at(seconds),
  isRejected: true,
});
const inconclusive = (generation: string, seconds: number) => ({
  ...rejected(generation, seconds),
  code: "ERR_TOKEN_RATE_LIMITED",
  isRejected: false,
});
const refusal = { at: at(9), code: "ERR_TOKEN_INVALID_CLIENT" };

test("a new install changes nothing of the credential in force until it has proved itself", async () => {
  const { store } = await setup();
  await putInForce(store, later("1", 0));
  const before = await store.installations.credentialOf(installationId);
  expect(await add(store, later("2", 5))).toBe("stored");
  expect(await store.installations.credentialOf(installationId)).toEqual(before);
  expect(await found(store)).toMatchObject({
    state: "active",
    proveAt: at(5),
    candidates: [{ generation: "2" }],
  });
  expect(await promote(store, later("2", 5))).toBe("promoted");
  expect(await found(store)).toMatchObject({
    generation: "2",
    candidates: [],
    former: [{ generation: "1", inForceUntil: at(5) }],
    clientChange: { from: "client 1", to: "client 2" },
  });
});

test("the first install of an account is pending until it has proved itself, and nothing is planned for it", async () => {
  const { store } = await setup();
  await add(store, later("1", 0));
  await store.plan(installationId, ["assets"], at(1));
  expect(await found(store)).toMatchObject({ state: "pending", sealedCredential: null, prewarmAt: null });
  expect(await store.syncs.ofInstallation(installationId)).toEqual([]);
  expect(await store.installations.countByState()).toMatchObject({ pending: 1, active: 0 });
  await promote(store, later("1", 0));
  await store.plan(installationId, ["assets"], at(1));
  expect(await found(store)).toMatchObject({ state: "active", former: [], clientChange: null });
  expect(await store.syncs.ofInstallation(installationId)).toHaveLength(1);
});

test("an install that arrived by a clock ahead of the worker's is due at once", async () => {
  const { store } = await setup();
  for (const generation of ["1", "2"])
    await store.install(later(generation, 3_600), { ...how, now: at(1) }, ["assets"]);
  expect(await store.credentials.due(at(1), 10)).toEqual([{ _id: installationId, proveAt: at(1) }]);
});

test("a refused candidate is shown without its credential, stops nothing, and an older one has its turn", async () => {
  const { store } = await setup();
  await putInForce(store, later("1", 0));
  await add(store, later("2", 5));
  await add(store, later("3", 6));
  expect(await store.credentials.refuse(installationId, "3" as Generation, refusal)).toBe(true);
  expect(await store.credentials.refuse(installationId, "3" as Generation, refusal)).toBe(false);
  const installation = await found(store);
  expect(installation).toMatchObject({
    state: "active",
    generation: "1",
    candidates: [{ generation: "2" }],
    refused: [{ generation: "3", code: "ERR_TOKEN_INVALID_CLIENT", clientIdFingerprint: "client 3" }],
    proveAt: at(9),
  });
  expect(JSON.stringify(installation?.refused)).not.toContain("sealed");
  expect(await add(store, later("3", 6))).toBe("same");
});

test("a new install is tried at its own time, not at that of older ones, and does not use up their tries", async () => {
  const { store } = await setup();
  const toProve = async (seconds: number) =>
    (await store.credentials.toProve(installationId, at(seconds)))?.candidates.map(
      ({ generation }) => generation,
    );
  await add(store, later("1", 0));
  await store.credentials.putOff(installationId, [rejected("1", 120)], at(1));
  await add(store, later("2", 5));
  expect(await toProve(5)).toEqual(["2"]);
  await store.credentials.putOff(installationId, [rejected("2", 10)], at(6));
  expect(await found(store)).toMatchObject({ proveAt: at(10) });
  expect(await toProve(10)).toEqual(["2"]);
  expect(await toProve(120)).toEqual(["2", "1"]);

  // It arrives while the one before it is tried.
  await add(store, later("3", 7));
  await store.credentials.putOff(installationId, [rejected("2", 60)], at(10));
  expect(await found(store)).toMatchObject({ proveAt: at(10) });

  expect(await store.credentials.tryNow(installationId, at(11))).toBe(true);
  expect(await toProve(11)).toEqual(["3", "2", "1"]);
  // What is said of one may not be said of the others: each waits for its own time only.
  await store.credentials.putOff(installationId, [inconclusive("3", 40)], at(12));
  expect(await found(store)).toMatchObject({ proveAt: at(12) });
  expect(await toProve(12)).toEqual(["2", "1"]);
});

test("installs in quick succession push out no untried candidate, and no credential that was used", async () => {
  const { store } = await setup();
  await putInForce(store, later("10", 0));
  for (let index = 11; index < 16; index++) await add(store, later(`${index}`, index));
  await expect(add(store, later("16", 16))).rejects.toMatchObject({
    code: "ERR_CANDIDATES_FULL",
    remedy: "retry",
  });
  await store.credentials.putOff(installationId, [rejected("12", 60)], at(17));
  let madeRoom = 0;
  const onMakingRoom = async () => {
    madeRoom += 1;
    expect((await found(store))?.refused).toEqual([]);
  };
  expect(await store.install(later("16", 16), { ...how, onMakingRoom }, ["assets"])).toBe("stored");
  expect(await store.install(later("16", 16), { ...how, onMakingRoom }, ["assets"])).toBe("same");
  expect(madeRoom).toBe(1);
  expect((await found(store))?.candidates.map(({ generation }) => generation)).toEqual([
    "11",
    "13",
    "14",
    "15",
    "16",
  ]);
  expect((await found(store))?.refused).toMatchObject([{ generation: "12", code: "ERR_CANDIDATES_FULL" }]);
  await promote(store, later("16", 18));
  for (let index = 17; index < 30; index++) await putInForce(store, later(`${index}`, 1_000 + index));
  expect((await found(store))?.former[0]).toMatchObject({ generation: "10" });
});

test("installs that Trackunit never gives an answer about keep out none that comes later", async () => {
  const { store } = await setup();
  await putInForce(store, later("10", 0));
  for (let index = 11; index < 16; index++) await add(store, later(`${index}`, index));
  const sixHours = 6 * 3_600;
  const addAt = (seconds: number) => store.install(later("16", 16), { ...how, now: at(seconds) }, ["assets"]);
  // An outage of the endpoint, in which each is tried again and again, pushes out none of them.
  for (const seconds of [20, 60, 600, 3_600, 10_000, 20_000])
    for (let index = 11; index < 16; index++)
      await store.credentials.putOff(installationId, [inconclusive(`${index}`, seconds)], at(seconds));
  await expect(addAt(sixHours)).rejects.toMatchObject({ code: "ERR_CANDIDATES_FULL" });
  expect(await addAt(sixHours + 12)).toBe("stored");
  expect(await found(store)).toMatchObject({
    refused: [{ generation: "11", code: "ERR_CANDIDATES_FULL" }],
  });
});

test("an operator brings a former credential back, which proves itself like any other and is newer than all", async () => {
  const { store } = await setup();
  await putInForce(store, later("1", 0));
  await putInForce(store, later("2", 5));
  await add(store, later("3", 6));
  expect(await store.credentials.bringBack(installationId, { now: at(10) })).toMatchObject({
    generation: "1",
  });
  const again = (await found(store))?.candidates.at(-1);
  expect(again).toMatchObject({ sealedCredential: "sealed 1", bringsBack: "1" });
  expect(await found(store)).toMatchObject({ generation: "2", proveAt: at(10) });
  await promote(store, { ...later("1", 11), generation: again?.generation ?? ("" as Generation) });
  expect(await found(store)).toMatchObject({
    sealedCredential: "sealed 1",
    clientIdFingerprint: "client 1",
    candidates: [],
    former: [{ generation: "2" }],
    clientChange: null,
  });
});

test("a former credential is kept for its time, and dropped after", async () => {
  const { store } = await setup();
  await putInForce(store, later("1", 0));
  await putInForce(store, later("2", 5));
  await store.credentials.dropFormer(at(86_404));
  expect((await found(store))?.former).toHaveLength(1);
  expect(await store.credentials.bringBack(installationId, { now: at(86_405) })).toBeUndefined();
  expect(await store.credentials.dropFormer(at(86_405))).toBe(1);
  expect(await found(store)).toMatchObject({ former: [], formerUntil: null });
});

test("a paused account tries no candidate until it is resumed, and stays paused when one takes over", async () => {
  const { store } = await setup();
  await add(store, later("1", 0));
  await store.pause(installationId, at(1));
  expect(await store.credentials.due(at(100), 10)).toEqual([]);
  expect(await store.credentials.toProve(installationId, at(100))).toBeUndefined();
  await store.resume(installationId, at(2));
  expect(await found(store)).toMatchObject({ state: "pending", proveAt: at(2) });
  await store.pause(installationId, at(3));
  await promote(store, later("1", 0));
  expect(await found(store)).toMatchObject({ state: "paused", sealedCredential: "sealed 1" });
  await store.resume(installationId, at(4));
  expect((await found(store))?.state).toBe("active");
});

test("forgetting takes what arrived before, and the account begins again with what arrived later", async () => {
  const { store } = await setup();
  await putInForce(store, later("1", 0));
  await putInForce(store, later("2", 5));
  await add(store, later("3", 6));
  await add(store, later("4", 20));
  await store.plan(installationId, ["assets"], at(7));
  expect(await store.forget(installationId, at(10), ["assets"])).toMatchObject({ outcome: "forgotten" });
  expect(await found(store)).toMatchObject({
    state: "pending",
    sealedCredential: null,
    candidates: [{ generation: "4" }],
    former: [],
  });
  expect(JSON.stringify(await found(store))).not.toMatch(/sealed [123]/);
  expect(await store.syncs.ofInstallation(installationId)).toEqual([]);
  expect((await store.installations.list({ sort: "id", limit: 1, search: "1" })).rows).toHaveLength(1);
  expect(await store.forget(installationId, at(30), ["assets"])).toMatchObject({ outcome: "forgotten" });
  expect(await found(store)).toBeNull();
});

test("nothing that is shown of an account holds a sealed text", async () => {
  const { store } = await setup();
  await putInForce(store, later("1", 0));
  await putInForce(store, later("2", 5));
  await add(store, later("3", 6));
  const { rows } = await store.installations.list({ sort: "newest", limit: 10 });
  expect(rows).toMatchObject([{ candidates: [{ generation: "3" }], former: [{ generation: "1" }] }]);
  expect(JSON.stringify(rows)).not.toContain("sealed ");
});
