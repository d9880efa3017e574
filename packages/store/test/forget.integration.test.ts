import { startMongoProxy } from "@fleetkeeper/local-stack";
import { databaseUrl, inBackground, testStore } from "@fleetkeeper/test-worlds";
import { expect, inject, onTestFinished, test } from "vitest";
import { openStore } from "../src/index.ts";
import { resources } from "./proxy/operations.ts";
import { at, how, installationId, installOf, promote, putInForce, syncId } from "./world.ts";

async function setup() {
  const { namespace, db, store: other } = await testStore();
  const proxy = await startMongoProxy(inject("mongodbUrl"));
  const proxied = await openStore({ mongodbUrl: databaseUrl(proxy.url, namespace) });
  onTestFinished(async () => {
    await proxied.close();
    await proxy.close();
  });
  return { proxy, proxied, other, db };
}

test("of two first installs at once both are candidates, also where MongoDB refuses the insert of one for the other's", async () => {
  const { proxy, proxied, other } = await setup();
  const { promise: holdUntil, resolve: letGo } = Promise.withResolvers<void>();
  // It saw no installation; before it inserts one, the other's is there.
  const { met } = proxy.add({
    command: "insert",
    collection: "installations",
    when: "before",
    fault: { holdUntil },
  });
  const newer = inBackground(proxied.install(installOf("2"), how, resources));
  await met;
  expect(await other.install(installOf("1"), how, resources)).toBe("stored");
  letGo();
  expect(await newer).toBe("stored");
  expect(await other.installations.find(installationId)).toMatchObject({
    state: "pending",
    sealedCredential: null,
    candidates: [{ generation: "1" }, { generation: "2" }],
  });
});

test("an install that was looked at before the account was forgotten does not bring it back", async () => {
  const { proxy, proxied, other, db } = await setup();
  const { promise: holdUntil, resolve: letGo } = Promise.withResolvers<void>();
  const { met } = proxy.add({
    command: "update",
    collection: "accounts",
    when: "before",
    fault: { holdUntil },
  });
  const older = inBackground(proxied.install(installOf("1"), how, resources));
  await met;
  expect(await other.forget(installationId, at(1), resources)).toMatchObject({ outcome: "forgotten" });
  letGo();
  expect(await older).toBe("superseded");
  expect(await other.installations.find(installationId)).toBeNull();
  expect(await db.collection("accounts").countDocuments()).toBe(0);
});

test.each([
  ["find", "forgotten", 0],
  ["insert", "syncs", 0],
  ["find", "forgotten", 1],
] as const)(
  "an account that is forgotten while its syncs are planned keeps none: before %s %s %i",
  async (command, collection, after) => {
    const { proxy, proxied, other } = await setup();
    await putInForce(other, installOf("1"));
    const { promise: holdUntil, resolve: letGo } = Promise.withResolvers<void>();
    const { met } = proxy.add({ command, collection, after, when: "before", fault: { holdUntil } });
    const planning = inBackground(proxied.plan(installationId, ["assets", "sites"], at(0)));
    await met;
    expect(await other.forget(installationId, at(1), resources)).toMatchObject({ outcome: "forgotten" });
    letGo();
    await planning;
    expect(await other.syncs.ofInstallation(installationId)).toEqual([]);
  },
);

test("an install that came while an account is being forgotten waits, and then has everything", async () => {
  const { proxy, proxied, other } = await setup();
  await putInForce(other, installOf("1"));
  await other.plan(installationId, ["assets"], at(0));
  const { promise: holdUntil, resolve: letGo } = Promise.withResolvers<void>();
  const { met } = proxy.add({
    command: "delete",
    collection: "setAside",
    when: "before",
    fault: { holdUntil },
  });
  const forgetting = inBackground(proxied.forget(installationId, at(1), resources));
  await met;
  const again = { ...installOf("2"), receivedAt: at(2) };
  await expect(other.install(again, how, resources)).rejects.toMatchObject({
    code: "ERR_ACCOUNT_BEING_FORGOTTEN",
    remedy: "later",
  });
  letGo();
  expect(await forgetting).toMatchObject({ outcome: "forgotten" });
  expect(await other.install(again, how, resources)).toBe("stored");
  expect(await promote(other, again)).toBe("promoted");
  await other.plan(installationId, ["assets"], at(3));
  expect(await other.forget(installationId, at(1), resources)).toEqual({ outcome: "superseded", deleted: 0 });
  expect(await other.syncs.find(syncId)).toMatchObject({ nextRunAt: at(3) });
});

test.each([
  ["a while ago", -30_000],
  ["by a clock that is an hour ahead", 3_600_000],
])("a forgetting that began %s and was lost is ended by the new install", async (_, awayMs) => {
  const { proxy, proxied, other, db } = await setup();
  await putInForce(other, installOf("1"));
  await other.plan(installationId, ["assets"], at(0));
  await db.collection<{ _id: string }>("assets").insertOne({ _id: `${installationId}/a` });
  proxy.add({ command: "delete", collection: "assets", when: "before", times: 9, fault: { cut: true } });
  await expect(proxied.forget(installationId, at(1), resources)).rejects.toThrow();
  const clearingSince = new Date(Date.now() + awayMs);
  await db.collection("forgotten").updateOne({}, { $set: { clearingSince } });

  expect(await other.install({ ...installOf("2"), receivedAt: at(2) }, how, resources)).toBe("stored");
  expect(await db.collection("assets").countDocuments()).toBe(0);
  expect(await db.collection("forgotten").findOne({})).toMatchObject({ clearingSince: null });
});

test("fencing tokens, and with them job ids and positions, continue behind those from before the account was forgotten", async () => {
  const { other, db } = await setup();
  await putInForce(other, installOf("1"));
  await other.plan(installationId, ["assets"], at(0));
  const jobs = new Set<number>();
  const dispatchOne = async (seconds: number) => {
    const [job] = await other.syncs.dispatch(await other.syncs.due(at(seconds), 1), at(seconds), at(seconds));
    return job?.fencingToken ?? 0;
  };
  for (let second = 0; second < 5; second++) jobs.add(await dispatchOne(second));
  await other.forget(installationId, at(10), resources);
  expect(await other.syncs.ofInstallation(installationId)).toEqual([]);
  await putInForce(other, { ...installOf("2"), receivedAt: at(11) });
  await other.plan(installationId, ["assets"], at(11));
  const first = await dispatchOne(11);
  expect(first).toBeGreaterThan(Math.max(...jobs));
  expect(jobs.size).toBe(5);
  expect(await db.collection("forgotten").countDocuments()).toBe(1);
});

test("forgetting touches our own collections and those of the syncs only", async () => {
  const { other, db } = await setup();
  await putInForce(other, installOf("1"));
  await db.collection<{ _id: string }>("assets").insertOne({ _id: `${installationId}/a` });
  await db.collection<{ _id: string }>("ofSomebodyElse").insertOne({ _id: `${installationId}/a` });
  await other.forget(installationId, at(1), resources);
  expect(await db.collection("assets").countDocuments()).toBe(0);
  expect(await db.collection("ofSomebodyElse").countDocuments()).toBe(1);
});
