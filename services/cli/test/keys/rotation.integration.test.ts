// Rotation without a stop: callbacks come, accounts sync, services are replaced one by one, and the sealing
// again is killed again and again. `ROTATION_ACCOUNTS=10000` is the full bar.

import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type InstallationId, installationIdOf, type SealedText, syncIdOf } from "@fleetkeeper/model";
import { createOpen, createSeal, sealKeyIdOf } from "@fleetkeeper/sealing";
import type { SimulatedAccount } from "@fleetkeeper/simulator";
import { createLog } from "@fleetkeeper/telemetry";
import { inBackground } from "@fleetkeeper/test-worlds";
import { expect, onTestFinished, test, vi } from "vitest";
import { readConfig } from "../../../ingress/src/config.ts";
import { startIngress } from "../../../ingress/src/ingress.ts";
import { runCli } from "../run-cli.ts";
import { app, setup, type World } from "../world.ts";

const accounts = Number(process.env.ROTATION_ACCOUNTS ?? 60);
const syncing = 3;
const patient = { timeout: 60_000, interval: 100 };
const folder = () => join(mkdtempSync(join(tmpdir(), "fleetkeeper-rotation-")), "keys");
const textOf = (out: string, name: string) => readFileSync(join(out, name), "utf8").trim();

interface Waiting {
  _id: string;
  state: unknown;
  candidates: unknown;
  proveAt: unknown;
}

/** Installations as they are after their first token, each with a credential of its own. */
async function storeMany({ db, env }: World, like: InstallationId): Promise<Map<string, string>> {
  const seal = await createSeal(JSON.parse(env.SEALING_PUBLIC_KEY ?? ""));
  const installations = db.collection<{ _id: string; sealedCredential: SealedText }>("installations");
  const template = await installations.findOne({ _id: like });
  if (template === null) throw new Error("nothing to copy");
  const secrets = new Map<string, string>();
  for (let start = 0; start < accounts; start += 500) {
    const documents = Array.from({ length: Math.min(500, accounts - start) }, async (_, index) => {
      const accountId = `bulk-${start + index}`;
      const installationId = installationIdOf(app, accountId);
      secrets.set(installationId, `secret ${start + index}`);
      const sealedCredential = await seal(`secret ${start + index}`, {
        installationId,
        purpose: "credential",
      });
      return { ...template, _id: installationId, accountId, sealedCredential, prewarmAt: null };
    });
    await installations.insertMany(await Promise.all(documents));
  }
  return secrets;
}

/**
 * An ingress, replaced by another before it ends, and a customer's callbacks to whichever is there, one after
 * the other.
 */
function createEdge(world: World) {
  const { simulator, env } = world;
  const log = createLog({ service: "ingress", level: "silent" });
  const closers: (() => Promise<unknown> | unknown)[] = [];
  const answers: Record<number, number> = {};
  const installed: string[] = [];
  let url = "";
  let longestGapMs = 0;
  let ended = false;

  return {
    answers,
    installed,
    longestGapMs: () => Math.round(longestGapMs),
    async replace(publicKey: string): Promise<void> {
      const before = closers.splice(0);
      const own = { INGRESS_PORT: "0", OPS_PORT: "0", SEALING_PUBLIC_KEY: publicKey };
      const config = readConfig({ ...env, ...own } as NodeJS.ProcessEnv);
      ({ url } = await startIngress(config, log, (_what, close) => closers.push(close)));
      for (const close of before.reverse()) await close();
    },
    async run(): Promise<void> {
      let last = performance.now();
      while (!ended) {
        const account = simulator.addAccount({ assets: 1 });
        const { accountId, clientId, clientSecret } = account;
        const body = JSON.stringify({ type: "INSTALLED", irisAppId: app, accountId, clientId, clientSecret });
        const headers = {
          "content-type": "application/json",
          "trackunit-identity": await simulator.signCallbackToken({ aud: app }),
        };
        const { status } = await fetch(`${url}/appinstall`, { method: "POST", body, headers });
        answers[status] = (answers[status] ?? 0) + 1;
        if (status === 202) installed.push(world.installationIdOf(account));
        longestGapMs = Math.max(longestGapMs, performance.now() - last);
        last = performance.now();
        await new Promise((done) => setTimeout(done, accounts < 1_000 ? 100 : 1_000));
      }
    },
    end: () => {
      ended = true;
    },
    async close() {
      for (const close of closers.reverse()) await close();
    },
  };
}

test(`sealing keys and token key of ${accounts} accounts are rotated while callbacks come and syncs run, killed in between`, {
  timeout: 120_000 + accounts * 100,
}, async () => {
  const world = await setup();
  const { simulator, store, queues, env } = world;
  const edge = createEdge(world);
  onTestFinished(() => edge.close());
  let keys = {
    SEALING_PUBLIC_KEY: env.SEALING_PUBLIC_KEY ?? "",
    SEALING_PRIVATE_KEYS: env.SEALING_PRIVATE_KEYS ?? "",
  };
  let TOKEN_KEY = env.TOKEN_KEY ?? "";
  let stopWorker = async () => undefined as unknown;
  /** The new one takes jobs before the old one ends. */
  const replaceWorker = async () => {
    const before = stopWorker;
    stopWorker = await world.startWorker({ ...keys, TOKEN_KEY });
    await before();
  };
  const cli = (...args: string[]) =>
    runCli([...args, "--json"], { env: { ...env, ...keys, TOKEN_KEY }, killAfterMs: 600_000 });

  await replaceWorker();
  const live = Array.from({ length: syncing }, () => simulator.addAccount({ assets: 20 }));
  for (const account of live) await world.install(account);
  const assetsOf = (account: SimulatedAccount) => syncIdOf(world.installationIdOf(account), "assets");
  const runs = async () => {
    const all = await Promise.all(live.map((account) => store.syncs.find(assetsOf(account))));
    return all.map((sync) => sync?.lastRun?.outcome);
  };
  await vi.waitFor(async () => expect(await runs()).toEqual(live.map(() => "succeeded")), patient);
  const secrets = await storeMany(world, world.installationIdOf(live[0] ?? expect.fail()));

  await edge.replace(keys.SEALING_PUBLIC_KEY);
  const callbacks = inBackground(edge.run());
  let wished = 0;
  const wishes = setInterval(() => {
    for (const account of live) void store.syncs.runNow(assetsOf(account), new Date()).catch(() => undefined);
    wished++;
  }, 500);
  onTestFinished(() => clearInterval(wishes));
  const startedAt = performance.now();

  // 1. a new key beside the old: workers first, then anyone who seals.
  const [made, last] = [folder(), folder()];
  const { json } = await cli("keys", "rotate", "--out", made);
  const { keyId } = json() as { keyId: string };
  keys = { ...keys, SEALING_PRIVATE_KEYS: textOf(made, "sealing_private_keys") };
  await replaceWorker();
  keys = { ...keys, SEALING_PUBLIC_KEY: textOf(made, "sealing_public_key") };
  await edge.replace(keys.SEALING_PUBLIC_KEY);
  await replaceWorker();

  // 2. everything again, killed in the middle; of many also early and near the end.
  const withNewKey = () => world.db.collection("installations").countDocuments({ sealKeyId: keyId });
  let kills = 0;
  for (const share of accounts < 1_000 ? [0.5] : [0.33, 0.66, 0.95]) {
    const running = inBackground(cli("keys", "rotate", "--reseal"));
    await vi.waitFor(async () => expect(await withNewKey()).toBeGreaterThan(accounts * share), {
      timeout: 60_000 + accounts * 50,
      interval: 5,
    });
    running.kill("SIGKILL");
    if ((await running).code === null) kills++;
  }
  // 3. until nothing needs the old one, which an install on its way may.
  await vi.waitFor(
    async () => {
      const again = await cli("keys", "rotate", "--reseal");
      expect([again.code, again.stderr]).toEqual([0, ""]);
      expect((await cli("keys", "rotate", "--drop-old", "--out", last)).code).toBe(0);
    },
    { timeout: 60_000 + accounts * 50, interval: 500 },
  );
  keys = { ...keys, SEALING_PRIVATE_KEYS: textOf(last, "sealing_private_keys") };
  await replaceWorker();
  // 4. the key of access tokens.
  const tokenFolder = folder();
  expect((await cli("keys", "rotate", "--token-key", "--out", tokenFolder)).code).toBe(0);
  TOKEN_KEY = textOf(tokenFolder, "token_key");
  await replaceWorker();
  const tookMs = Math.round(performance.now() - startedAt);

  clearInterval(wishes);
  edge.end();
  await callbacks;
  expect(Object.keys(edge.answers)).toEqual(["202"]);
  await vi.waitFor(
    async () => {
      // What they wait for is in the message, should they wait.
      const waiting = { _id: { $in: edge.installed }, state: { $ne: "active" } };
      const found = await world.db.collection<Waiting>("installations").find(waiting).toArray();
      expect(found.map(({ _id, candidates, proveAt }) => [_id, proveAt, candidates])).toEqual([]);
      expect(await runs()).toEqual(live.map(() => "succeeded"));
    },
    { ...patient, timeout: 120_000 },
  );
  // The new key alone opens everything, and to what was sealed.
  const open = await createOpen(JSON.parse(keys.SEALING_PRIVATE_KEYS));
  let opened = 0;
  for await (const page of store.sealedTexts.pages(500))
    for (const { installationId, sealed } of page) {
      expect(sealKeyIdOf(sealed)).toBe(keyId);
      const text = await open(sealed, { installationId, purpose: "credential" });
      if (secrets.has(installationId)) expect(text).toBe(secrets.get(installationId));
      opened++;
    }
  expect(opened).toBe(accounts + live.length + edge.installed.length);
  for (const queue of Object.values(queues.queues)) expect(await queue.getFailedCount()).toBe(0);
  process.stdout.write(
    `rotation: ${accounts} accounts in ${tookMs} ms, killed ${kills} times; ${edge.installed.length} callbacks, all 202, longest gap ${edge.longestGapMs()} ms; ${wished * syncing} syncs wished for\n`,
  );
});
