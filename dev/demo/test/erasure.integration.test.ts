// What is left of an account that was forgotten: everything in Redis, its append-only file and MongoDB is
// looked through.

import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findRedis, startRedisBinary, testNamespace } from "@fleetkeeper/local-stack";
import { installationIdOf } from "@fleetkeeper/model";
import { findKeys } from "@fleetkeeper/redis";
import type { Db } from "mongodb";
import { expect, onTestFinished, test, vi } from "vitest";
import { visit } from "../../../services/board/test/visitor.ts";
import { dumpMongodb, dumpRedis, runSystem } from "./running-system.ts";

const patient = { timeout: 60_000, interval: 100 };

test("of a forgotten account nothing is left but who forgot it and when: not in a job, a record, a log of events or an append-only file", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "fleetkeeper-erasure-"));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const server = await startRedisBinary(await findRedis(process.env, () => undefined), { dataDir });
  onTestFinished(() => server.close());
  const namespace = testNamespace();
  const system = await runSystem({}, server.url, { namespace });
  const { simulator, store, redis, queues, db, boardUrl } = system;
  const [account, other] = simulator.accounts();
  if (account === undefined || other === undefined) throw new Error("no accounts");
  const { accountId, clientId, clientSecret } = account;
  const id = installationIdOf(simulator.settings.app, accountId);
  const jobs = queues.queues.install;

  for (const one of [accountId, other.accountId]) expect((await simulator.install(one)).status).toBe(202);
  await simulator.install(accountId, { type: "OTHER" });
  await vi.waitFor(async () => {
    const syncs = await store.syncs.ofInstallation(id);
    expect(syncs.length).toBeGreaterThan(0);
    expect(syncs.map(({ lastRun }) => lastRun?.outcome)).toEqual(syncs.map(() => "succeeded"));
    expect(
      (await store.installations.find(installationIdOf(simulator.settings.app, other.accountId)))?.state,
    ).toBe("active");
    expect(await jobs.getCompletedCount()).toBe(3);
  }, patient);
  const sealed = sealedTextsOf(await documentsWith(db, id));
  expect(sealed.length).toBeGreaterThan(1);
  const beforeForgetting = await dumpRedis(redis, namespace);
  expect(beforeForgetting).toContain(accountId);
  for (const text of sealed) expect(beforeForgetting.includes(text)).toBe(false);

  // One that no worker takes: its text is nowhere else.
  const [completed] = await jobs.getCompleted();
  const unstored = { ...completed?.data, sealedCredential: sealed[0], kind: "install", installationId: id };
  delete unstored.stored;
  await jobs.add("install", unstored, { jobId: `${id}.unstored` });
  await vi.waitFor(async () => expect(await jobs.getFailedCount()).toBe(1), patient);
  expect(await dumpRedis(redis, namespace)).toContain(sealed[0]);

  const operator = await visit(boardUrl, { name: system.boardUser, password: system.boardPassword });
  await operator.submit(`/accounts/${encodeURIComponent(id)}/do/forget`, { accountId });
  await vi.waitFor(async () => expect(await store.installations.find(id)).toBeNull(), patient);
  // The second time, which would come after half an hour.
  await vi.waitFor(async () => {
    for (const job of await queues.queues.forget.getDelayed()) await job.promote();
    expect(await queues.queues.forget.getJobCounts()).toEqual(
      Object.fromEntries(Object.keys(await queues.queues.forget.getJobCounts()).map((state) => [state, 0])),
    );
  }, patient);

  // The API's limits count for as long as their windows, for every client.
  for (const key of await findKeys(redis, `*${accountId}*:limit:*`)) {
    const leftMs = await redis.pttl(key);
    expect(leftMs).toBeGreaterThan(0);
    expect(leftMs).toBeLessThanOrEqual(31 * 60_000);
    await redis.del(key);
  }
  await redis.call("BGREWRITEAOF");
  await vi.waitFor(async () => {
    const facts = await redis.info("persistence");
    expect(facts).toContain("aof_rewrite_in_progress:0");
    expect(facts).toContain("aof_rewrite_scheduled:0");
    expect(facts).toContain("aof_last_bgrewrite_status:ok");
  }, patient);

  const files = await readdir(dataDir, { recursive: true, withFileTypes: true });
  const texts = await Promise.all(
    files.filter((file) => file.isFile()).map((file) => readFile(join(file.parentPath, file.name), "latin1")),
  );
  const dumps = {
    redis: await dumpRedis(redis, namespace),
    file: texts.join("\n"),
    mongodb: await dumpMongodb(db),
  };
  for (const [where, dump] of Object.entries(dumps)) {
    expect([where, dump.includes(other.accountId)]).toEqual([where, true]);
    for (const secret of [clientId, clientSecret, ...sealed])
      expect({ where, secret, found: dump.includes(secret) }).toEqual({ where, secret, found: false });
  }
  expect(linesWith(dumps.redis, accountId)).toEqual([]);
  expect(dumps.file.includes(accountId)).toBe(false);
  expect(new Set((await documentsWith(db, accountId)).map(([name]) => name))).toEqual(
    new Set(["audit", "forgotten"]),
  );
}, 180_000);

const linesWith = (dump: string, text: string) => dump.split("\n").filter((line) => line.includes(text));

/** With the names of their collections. */
async function documentsWith(db: Db, text: string): Promise<[string, string][]> {
  const found: [string, string][] = [];
  for (const { name } of await db.listCollections().toArray())
    for await (const document of db.collection(name).find())
      if (JSON.stringify(document).includes(text)) found.push([name, JSON.stringify(document)]);
  return found;
}

/** Compact JSON Web Encryption. */
const sealedTextsOf = (documents: [string, string][]) =>
  documents.flatMap(([, text]) => text.match(/eyJ[\w-]+\.[\w-]*\.[\w-]+\.[\w-]+\.[\w-]+/g) ?? []);
