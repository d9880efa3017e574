import { type MongoFault as Fault, startMongoProxy, testNamespace } from "@fleetkeeper/local-stack";
import { databaseUrl } from "@fleetkeeper/test-worlds";
import { MongoClient } from "mongodb";
import { expect, inject, onTestFinished, test, vi } from "vitest";
import { openStore } from "../src/index.ts";

/** For a write that must be taken: on a busy machine the default may be too short. */
const patientMs = 30_000;

async function setup() {
  const proxy = await startMongoProxy(inject("mongodbUrl"));
  const name = testNamespace();
  const store = await openStore({ mongodbUrl: databaseUrl(proxy.url, name) });
  const client = await MongoClient.connect(proxy.url);
  onTestFinished(async () => {
    proxy.clear();
    await client.db(name).dropDatabase();
    await Promise.all([client.close(), store.close()]);
    await proxy.close();
  });
  const ping = () => client.db(name).command({ ping: 1 });
  return { proxy, store, ping, probes: client.db(name).collection("probes") };
}

test("an accepted write proves it, and leaves one document after any number of checks", async () => {
  const { store, probes } = await setup();
  await Promise.all([store.proveWrite("worker", patientMs), store.proveWrite("worker", patientMs)]);
  await store.proveWrite("board", patientMs);
  expect(await probes.distinct("_id")).toEqual(["board", "worker"]);
});

const refusals: [string, Fault][] = [
  ["a primary that stepped down", { refuse: "NotWritablePrimary" }],
  ["a node that shuts down or recovers", { refuse: "ShutdownInProgress" }],
  ["a user who may only read", { refuse: "Unauthorized" }],
  ["a full disk", { refuseWrite: "OutOfDiskSpace" }],
  ["a majority that is away", { doubt: "WriteConcernFailed" }],
  ["a connection that is cut", { cut: true }],
];

test.each(refusals)("%s answers a ping and proves nothing", async (_name, fault) => {
  const { proxy, store, ping } = await setup();
  await store.proveWrite("worker", patientMs);
  const when = "doubt" in fault ? "after" : "before";
  proxy.add({ command: "update", collection: "probes", times: 100, when, fault });
  await expect(store.proveWrite("worker")).rejects.toThrow();
  await vi.waitFor(async () => expect(await ping()).toMatchObject({ ok: 1 }), {
    timeout: 20_000,
    interval: 100,
  });
  proxy.clear();
  // The driver looks for a primary again in its own time.
  await vi.waitFor(() => store.proveWrite("worker"), { timeout: 20_000, interval: 100 });
});

test("the check does not wait for a server that does not answer", async () => {
  const { proxy, store } = await setup();
  const release = Promise.withResolvers<void>();
  proxy.add({
    command: "update",
    collection: "probes",
    when: "before",
    fault: { holdUntil: release.promise },
  });
  await expect(store.proveWrite("worker", 300)).rejects.toThrow();
  release.resolve();
});
