import { copyFileSync, mkdtempSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Generation, type InstallationId, installationIdOf, type SealedText } from "@fleetkeeper/model";
import { redisKeys } from "@fleetkeeper/redis";
import { createOpen, createSeal, createTokenSealing, sealKeyIdOf } from "@fleetkeeper/sealing";
import { type Job, Worker } from "bullmq";
import { expect, onTestFinished, test } from "vitest";
import { countKeyUses } from "../../src/keys/key-uses.ts";
import { reseal } from "../../src/keys/reseal.ts";
import { runCli } from "../run-cli.ts";
import { app, setup, type World } from "../world.ts";

const folder = () => mkdtempSync(join(tmpdir(), "fleetkeeper-keys-"));
const filesIn = (out: string) => ({
  SEALING_PUBLIC_KEY: "",
  SEALING_PRIVATE_KEYS: "",
  SEALING_PUBLIC_KEY_FILE: join(out, "sealing_public_key"),
  SEALING_PRIVATE_KEYS_FILE: join(out, "sealing_private_keys"),
});
const jsonOf = (path: string) => JSON.parse(readFileSync(path, "utf8"));

async function storeAccounts({ store, env }: World, count: number): Promise<InstallationId[]> {
  const seal = await createSeal(JSON.parse(env.SEALING_PUBLIC_KEY ?? ""));
  const ids: InstallationId[] = [];
  for (let index = 0; index < count; index++) {
    const accountId = `account-${index}`;
    const installationId = installationIdOf(app, accountId);
    const sealedCredential = await seal(`secret ${index}`, { installationId, purpose: "credential" });
    const install = {
      installationId,
      irisAppId: app,
      accountId,
      generation: "1" as Generation,
      sealedCredential,
      clientIdFingerprint: "f",
      receivedAt: new Date(),
    };
    const how = { requestedScopes: [], sealKeyId: sealKeyIdOf(sealedCredential) };
    await store.credentials.add(install, how);
    await store.promote(installationId, install.generation, {
      ...how,
      isSame: false,
      keptMs: 0,
      now: new Date(),
    });
    ids.push(installationId);
  }
  return ids;
}

async function addWaitingJob({ queues, env }: World): Promise<string> {
  const installationId = installationIdOf(app, "in-queue");
  const seal = await createSeal(JSON.parse(env.SEALING_PUBLIC_KEY ?? ""));
  const { jobId } = await queues.addCallback({
    kind: "install",
    contentHash: "b".repeat(64),
    installationId,
    irisAppId: app,
    accountId: "in-queue",
    generation: "1" as Generation,
    sealedCredential: await seal("secret in queue", { installationId, purpose: "credential" }),
    clientIdFingerprint: "f",
    receivedAt: new Date(),
  });
  return jobId;
}

test.each(["RSA-OAEP-256", "ECDH-ES+A256KW"])(
  "a generated %s key seals and opens, and only its owner can read it",
  async (algorithm) => {
    const out = join(folder(), "new");
    const { code, json } = await runCli([
      "keys",
      "generate",
      "--algorithm",
      algorithm,
      "--out",
      out,
      "--json",
    ]);
    expect(code).toBe(0);
    const { publicKeyFile, privateKeysFile, tokenKeyFile, keyId } = json() as Record<string, string>;
    for (const path of [publicKeyFile ?? "", privateKeysFile ?? "", tokenKeyFile ?? ""])
      expect(statSync(path).mode & 0o777).toBe(0o600);
    const publicKey = jsonOf(publicKeyFile ?? "");
    expect(publicKey).toMatchObject({ kid: keyId, alg: algorithm });
    expect(publicKey).not.toHaveProperty("d");
    const binding = { installationId: installationIdOf(app, "1"), purpose: "credential" } as const;
    const sealed = await (await createSeal(publicKey))("text", binding);
    expect(await (await createOpen(jsonOf(privateKeysFile ?? "")))(sealed, binding)).toBe("text");
    const again = await runCli(["keys", "generate", "--out", out, "--json"]);
    expect(again.code).toBe(1);
    expect(again.error().code).toBe("ERR_FILE");
    expect(jsonOf(publicKeyFile ?? "")).toEqual(publicKey);
  },
);

test("a new token key comes before the one in use, and the one before that goes", async () => {
  const parent = folder();
  let keyIds: string[] = [];
  for (const round of ["first", "second", "third"]) {
    const out = join(parent, round);
    const env = keyIds.length === 0 ? {} : { TOKEN_KEY_FILE: join(parent, "last") };
    const { code, json } = await runCli(["keys", "rotate", "--token-key", "--out", out, "--json"], { env });
    expect(code).toBe(0);
    const { keyId, tokenKeyFile } = json() as { keyId: string; tokenKeyFile: string };
    const set = jsonOf(tokenKeyFile);
    keyIds = [keyId, ...keyIds].slice(0, 2);
    expect(set.keys.map(({ kid }: { kid: string }) => kid)).toEqual(keyIds);
    await createTokenSealing(set);
    copyFileSync(tokenKeyFile, join(parent, "last"));
  }
});

test("a new session key of the board comes before the one in use, and the one before that goes", async () => {
  const parent = folder();
  let keys: string[] = [];
  for (const round of ["first", "second", "third"]) {
    const out = join(parent, round);
    const env = keys.length === 0 ? {} : { BOARD_SESSION_KEY_FILE: join(parent, "last") };
    const { code, json } = await runCli(["keys", "rotate", "--session-key", "--out", out, "--json"], { env });
    expect(code).toBe(0);
    const { sessionKeyFile } = json() as { sessionKeyFile: string };
    const made = readFileSync(sessionKeyFile, "utf8").trim().split(" ");
    expect(made.slice(1)).toEqual(keys.slice(0, 1));
    expect(made[0]).toMatch(/^[\w-]{43}$/);
    expect(keys).not.toContain(made[0]);
    keys = made;
    copyFileSync(sessionKeyFile, join(parent, "last"));
  }
});

test("a key is rotated step by step, until the old one can go", async () => {
  const world = await setup();
  const { cli, store, queues, env, signingKey } = world;
  const ids = await storeAccounts(world, 5);
  const jobId = await addWaitingJob(world);
  const oldKeyId = JSON.parse(env.SEALING_PUBLIC_KEY ?? "").kid;

  const out = join(folder(), "new");
  const made = await cli(["keys", "rotate", "--out", out, "--json"]);
  expect(made.json()).toMatchObject({ oldKeyIds: [oldKeyId] });
  const keyId = (made.json() as { keyId: string }).keyId;
  const files = { ...filesIn(out), INGRESS_SIGNING_KEY: signingKey };
  expect(jsonOf(files.SEALING_PRIVATE_KEYS_FILE).keys).toHaveLength(2);

  const before = (await cli(["keys", "list", "--json"], files)).json();
  expect(before).toEqual({
    keys: [
      expect.objectContaining({
        keyId: oldKeyId,
        seals: false,
        opens: true,
        credentials: 5,
        jobs: 1,
        canBeDropped: false,
      }),
      expect.objectContaining({ keyId, seals: true, opens: true, credentials: 0, jobs: 0 }),
    ],
  });
  const tooEarly = await cli(["keys", "rotate", "--drop-old", "--out", folder(), "--json"], files);
  expect(tooEarly.code).toBe(1);
  expect(tooEarly.error()).toMatchObject({
    code: "ERR_KEYS",
    message: `there are texts sealed with ${oldKeyId}`,
  });

  const resealed = await cli(["keys", "rotate", "--reseal", "--json"], files);
  expect(resealed.code).toBe(0);
  expect(resealed.json()).toMatchObject({ keyId, resealed: 6, already: 0, superseded: 0, failedCount: 0 });
  const again = await cli(["keys", "rotate", "--reseal", "--json"], files);
  expect(again.json()).toMatchObject({ resealed: 0, already: 6 });

  const last = join(folder(), "last");
  expect((await cli(["keys", "rotate", "--drop-old", "--out", last, "--json"], files)).json()).toMatchObject({
    droppedKeyIds: [oldKeyId],
  });
  const open = await createOpen(jsonOf(filesIn(last).SEALING_PRIVATE_KEYS_FILE));
  for (const [index, installationId] of ids.entries()) {
    const { sealedCredential } = await store.installations.credentialOf(installationId);
    expect(await open(sealedCredential ?? expect.fail(), { installationId, purpose: "credential" })).toBe(
      `secret ${index}`,
    );
    expect((await store.installations.find(installationId))?.sealKeyId).toBe(keyId);
  }
  const job = await queues.queues.install.getJob(jobId);
  const { installationId, sealedCredential } = job?.data ?? {};
  expect(await open(sealedCredential ?? expect.fail(), { installationId, purpose: "credential" })).toBe(
    "secret in queue",
  );
});

/** `queues`, where something happens to each job between the moment it is read and whatever follows. */
function meanwhile(queues: World["queues"], happens: (job: Job) => Promise<unknown>): World["queues"] {
  const { install } = queues.queues;
  const getJob = async (id: string) => {
    const [read, fresh] = await Promise.all([install.getJob(id), install.getJob(id)]);
    if (fresh !== undefined) await happens(fresh);
    return read;
  };
  const own = new Proxy(install, {
    get: (target, name) => (name === "getJob" ? getJob : Reflect.get(target, name, target)),
  });
  return { ...queues, queues: { ...queues.queues, install: own } };
}

test("a job that a worker takes, ends or removes while texts are sealed again stays as the worker leaves it", async () => {
  const world = await setup();
  const { queues, env, signingKey } = world;
  const out = join(folder(), "new");
  await world.cli(["keys", "rotate", "--out", out]);
  const options = {
    store: world.store,
    publicKey: jsonOf(filesIn(out).SEALING_PUBLIC_KEY_FILE),
    privateKeys: jsonOf(filesIn(out).SEALING_PRIVATE_KEYS_FILE),
    signingKey: JSON.parse(signingKey),
    onDone: () => undefined,
    signal: new AbortController().signal,
  };
  const { install } = queues.queues;
  const oldKeyId = JSON.parse(env.SEALING_PUBLIC_KEY ?? "").kid;
  const uses = async () =>
    (await countKeyUses({ ...options, queues, onCounted: () => undefined })).get(oldKeyId);

  const jobId = await addWaitingJob(world);
  const ended = meanwhile(queues, (job) => job.updateData({ kind: "install", stored: "stored" }));
  expect(await reseal({ ...options, queues: ended })).toMatchObject({ resealed: 0, jobsTaken: 1 });
  expect((await install.getJob(jobId))?.data).toEqual({ kind: "install", stored: "stored" });
  await install.remove(jobId);

  await addWaitingJob(world);
  const gone = meanwhile(queues, (job) => job.remove());
  expect(await reseal({ ...options, queues: gone })).toMatchObject({
    resealed: 0,
    jobsTaken: 1,
    failedCount: 0,
  });

  await addWaitingJob(world);
  const worker = new Worker(install.name, undefined, {
    connection: world.redis,
    prefix: redisKeys(world.namespace).queuePrefix(install.name),
  });
  onTestFinished(() => worker.close());
  const taken = meanwhile(queues, () => worker.getNextJob("token"));
  expect(await reseal({ ...options, queues: taken })).toMatchObject({ resealed: 0, jobsTaken: 1 });
  // The old key stays needed: the worker may store what it has read.
  expect(await uses()).toMatchObject({ jobs: 1 });

  // What it has stored by the time that the store is read is found there.
  const stores = meanwhile(queues, async (job) => {
    await storeAccounts(world, 1);
    await job.updateData({ kind: "install", stored: "stored" });
  });
  expect(
    (await countKeyUses({ ...options, queues: stores, onCounted: () => undefined })).get(oldKeyId),
  ).toMatchObject({
    credentials: 1,
  });
});

test("what does not open is named and left as it is, and the rest is sealed again", async () => {
  const world = await setup();
  const [first, ...rest] = await storeAccounts(world, 3);
  if (first === undefined) throw new Error("there is no account");
  const broken = "broken" as SealedText;
  await world.db
    .collection<{ _id: string }>("installations")
    .updateOne({ _id: first }, { $set: { sealedCredential: broken } });
  const out = join(folder(), "new");
  await world.cli(["keys", "rotate", "--out", out]);
  const { code, json } = await world.cli(["keys", "rotate", "--reseal", "--json"], filesIn(out));
  expect(code).toBe(1);
  expect(json()).toMatchObject({
    resealed: rest.length,
    failedCount: 1,
    failed: [{ id: first, code: "ERR_SEAL_MALFORMED" }],
  });
  expect((await world.store.installations.credentialOf(first)).sealedCredential).toBe(broken);
});

test("nothing is sealed again with a key whose private half is missing", async () => {
  const { cli } = await setup();
  const out = join(folder(), "other");
  await runCli(["keys", "generate", "--out", out]);
  const SEALING_PUBLIC_KEY = readFileSync(filesIn(out).SEALING_PUBLIC_KEY_FILE, "utf8");
  const { code, error } = await cli(["keys", "rotate", "--reseal", "--json"], { SEALING_PUBLIC_KEY });
  expect(code).toBe(1);
  expect(error()).toMatchObject({
    code: "ERR_KEYS",
    advice: expect.stringContaining("roll out the private set first"),
  });
});
