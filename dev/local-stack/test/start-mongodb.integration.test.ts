import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MongoClient } from "mongodb";
import { describe, expect, inject, onTestFinished, test } from "vitest";
import { downloadedMongod } from "../src/download-mongod.ts";
import { startMongodb } from "../src/index.ts";
import { pingMongodb } from "../src/ping.ts";

const noDocker = { DOCKER_HOST: "unix:///nonexistent" };

async function setup() {
  const dataDir = await mkdtemp(join(tmpdir(), "start-mongodb-test-"));
  onTestFinished(() => rm(dataDir, { recursive: true }));
  const start = () => startMongodb({ env: { ...process.env, ...noDocker }, own: true, dataDir });
  return { dataDir, start };
}

async function withClient<T>(url: string, use: (client: MongoClient) => Promise<T>): Promise<T> {
  const client = new MongoClient(url);
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

describe("the URL in the environment", () => {
  test("is used when it answers, and its server is not ended", async () => {
    const mongodb = await startMongodb({ env: { MONGODB_URL: inject("mongodbUrl") } });
    expect(mongodb.origin).toMatch(/^MongoDB \d\S* from MONGODB_URL$/);
    await mongodb.close();
    expect(await pingMongodb(inject("mongodbUrl"))).toBeTruthy();
  });

  test("is an error when it does not answer, without trying another way, and the error shows no password", async () => {
    const started = startMongodb({
      env: { ...process.env, MONGODB_URL: "mongodb://user:hunter2@127.0.0.1:1/" },
    });
    await expect(started).rejects.toMatchObject({ code: "ERR_SERVER_UNREACHABLE" });
    await expect(started).rejects.not.toThrow(/hunter2/);
  });
});

test.skipIf(await downloadedMongod())(
  "without any way the error lists them all, within seconds",
  async () => {
    const env = { ...noDocker, PATH: "", MONGOMS_DOWNLOAD_MIRROR: "http://127.0.0.1:1" };
    const started = startMongodb({ env });
    await expect(started).rejects.toMatchObject({ code: "ERR_NO_MONGODB" });
    await expect(started).rejects.toThrow(/MONGODB_URL.*Docker.*PATH.*download.*Go toolchain/s);
  },
  10_000,
);

test("the data and its indexes survive a kill and a new start", async () => {
  const { start } = await setup();
  const first = await start();
  await withClient(first.url, async (client) => {
    const docs = client.db("kept").collection<{ _id: string; n: number }>("docs");
    await docs.createIndex({ n: 1 }, { unique: true });
    await docs.insertOne({ _id: "a", n: 1 });
  });
  first.kill?.("SIGKILL");
  await first.close();

  const second = await start();
  onTestFinished(() => second.close());
  await withClient(second.url, async (client) => {
    const docs = client.db("kept").collection<{ _id: string; n: number }>("docs");
    expect(await docs.find().toArray()).toEqual([{ _id: "a", n: 1 }]);
    await expect(docs.insertOne({ _id: "b", n: 1 })).rejects.toMatchObject({ code: 11_000 });
  });
});

test("a folder in use is refused", async () => {
  const { start } = await setup();
  const first = await start();
  onTestFinished(() => first.close());
  await expect(start()).rejects.toMatchObject({ code: "ERR_DATA_IN_USE" });
});
