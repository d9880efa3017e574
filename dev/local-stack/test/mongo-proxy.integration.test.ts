import { inBackground } from "@fleetkeeper/test-worlds";
import { type Collection, type Document, MongoClient, type MongoError } from "mongodb";
import { expect, inject, onTestFinished, test, vi } from "vitest";
import { type Fault, startMongoProxy } from "../src/mongo-proxy/mongo-proxy.ts";
import { testNamespace } from "../src/test-namespace.ts";

async function setup() {
  const mongodbUrl = inject("mongodbUrl");
  const name = testNamespace();
  const proxy = await startMongoProxy(mongodbUrl);
  const client = await MongoClient.connect(proxy.url, { retryReads: false });
  const direct = await MongoClient.connect(mongodbUrl);
  onTestFinished(async () => {
    await direct.db(name).dropDatabase();
    await Promise.all([client.close(), direct.close()]);
    await proxy.close();
  });
  const things: Collection<Document & { _id: string }> = client.db(name).collection("things");
  const truth = () => direct.db(name).collection("things").countDocuments();
  return { proxy, things, truth };
}

const codeOf = (write: Promise<unknown>): Promise<unknown> =>
  write.then(
    () => "done",
    (error: MongoError) => error.code ?? error.name,
  );

test("without a rule everything passes, also what is larger than a packet, and is counted", async () => {
  const { proxy, things } = await setup();
  await things.insertOne({ _id: "a", text: "x".repeat(1_000_000) });
  await things.insertOne({ _id: "b" });
  expect((await things.find().toArray()).map(({ _id, text }) => [_id, text?.length])).toEqual([
    ["a", 1_000_000],
    ["b", undefined],
  ]);
  expect(proxy.takeCounts()).toEqual({ "insert things": 2, "find things": 1 });
  expect(proxy.takeCounts()).toEqual({});
});

const faults: [string, Fault, unknown][] = [
  ["refused as a whole", { refuse: "NotWritablePrimary" }, 10_107],
  ["refused as one write", { refuseWrite: "DuplicateKey" }, 11_000],
  ["cut", { cut: true }, "MongoNetworkError"],
];
test.each(faults)("a command is %s before or after it was carried out, once", async (_name, fault, code) => {
  const { proxy, things, truth } = await setup();
  proxy.add({ command: "insert", collection: "things", when: "before", fault });
  expect(await codeOf(things.insertOne({ _id: "a" }))).toBe(code);
  expect(await truth()).toBe(0);
  proxy.add({ command: "insert", collection: "things", when: "after", fault });
  expect(await codeOf(things.insertOne({ _id: "a" }))).toBe(code);
  expect(await truth()).toBe(1);
  expect(await codeOf(things.insertOne({ _id: "b" }))).toBe("done");
});

test("a findAndModify is refused as a whole, and an uncertain outcome comes with the true answer", async () => {
  const { proxy, things, truth } = await setup();
  proxy.add({ command: "findAndModify", when: "before", fault: { refuseWrite: "DuplicateKey" } });
  const upsert = () => things.findOneAndUpdate({ _id: "a" }, { $set: { x: 1 } }, { upsert: true });
  expect(await codeOf(upsert())).toBe(11_000);
  proxy.add({ command: "findAndModify", when: "after", fault: { doubt: "WriteConcernFailed" } });
  expect(await codeOf(upsert())).toBe(64);
  expect(await truth()).toBe(1);
});

test("a rule meets the commands of its collection only, from the one that it names on", async () => {
  const { proxy, things } = await setup();
  proxy.add({ command: "insert", collection: "others", when: "before", fault: { refuse: "Unauthorized" } });
  proxy.add({ command: "insert", after: 1, times: 2, when: "before", fault: { refuse: "OutOfDiskSpace" } });
  const codes: unknown[] = [];
  for (const _id of ["a", "b", "c", "d"]) codes.push(await codeOf(things.insertOne({ _id })));
  expect(codes).toEqual(["done", 14_031, 14_031, "done"]);
});

test("a held command continues when it is let go", async () => {
  const { proxy, things, truth } = await setup();
  const { promise: holdUntil, resolve: letGo } = Promise.withResolvers<void>();
  const { met } = proxy.add({ command: "insert", when: "before", fault: { holdUntil } });
  const writing = inBackground(things.insertOne({ _id: "a" }));
  await met;
  expect(await truth()).toBe(0);
  letGo();
  await writing;
  await vi.waitFor(async () => expect(await truth()).toBe(1), { timeout: 20_000 });
});
