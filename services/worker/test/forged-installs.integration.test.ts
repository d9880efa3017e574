// Installs for a victim's account by somebody who can have any body accepted: with credentials that are none,
// and with their own.

import type { SimulatedAccount } from "@fleetkeeper/simulator";
import { expect, test, vi } from "vitest";
import { testWorld } from "./create-world.ts";
import { storedAssets, trueAssets } from "./truth.ts";
import type { World } from "./world.ts";

let world: World;

const patient = { timeout: 40_000, interval: 50 };
const accountQuery = JSON.stringify({ path: "/simulated/account", field: "accountId", nameField: "name" });

const found = (account: SimulatedAccount) => world.store.installations.find(world.installationIdOf(account));

async function syncOf(account: SimulatedAccount) {
  const all = await world.store.syncs.ofInstallation(world.installationIdOf(account));
  return all.find(({ sync }) => sync === "assets");
}

async function synced(account: SimulatedAccount, since = new Date(0)) {
  await vi.waitFor(async () => {
    const lastRun = (await syncOf(account))?.lastRun;
    expect(lastRun).toMatchObject({ outcome: "succeeded" });
    expect(lastRun?.startedAt.getTime()).toBeGreaterThanOrEqual(since.getTime());
  }, patient);
}

async function runAgain(account: SimulatedAccount) {
  const since = new Date();
  await world.store.syncs.runNow((await syncOf(account))?._id ?? expect.fail(), since);
  await synced(account, since);
}

/** A victim whose app works, and somebody else with an account and credentials of their own. */
async function victimAndAttacker(env: Record<string, string> = {}) {
  world = await testWorld({ env });
  const victim = world.simulator.addAccount({ assets: 60 });
  const attacker = world.simulator.addAccount({ assets: 40 });
  await world.startWorker();
  await world.install(victim);
  await synced(victim);
  return { victim, attacker };
}

test("credentials that are none change nothing for the account, and are shown, counted and audited", async () => {
  const { victim } = await victimAndAttacker();
  // A sync may succeed before the grant of its token is noted.
  const before = await vi.waitFor(async () => {
    const installation = await found(victim);
    expect(installation?.lastToken).toMatchObject({ outcome: "granted" });
    return installation;
  }, patient);
  await world.install(victim, { clientId: "nobody", clientSecret: "nonsense" });
  await vi.waitFor(async () => {
    // It is tried some times, with waits between, before it is given up.
    await world.store.credentials.tryNow(world.installationIdOf(victim), new Date());
    expect(await found(victim)).toMatchObject({
      candidates: [],
      refused: [{ code: "ERR_TOKEN_INVALID_CLIENT" }],
    });
  }, patient);
  const { sealedCredential, generation, lastToken } = before ?? expect.fail();
  expect(await found(victim)).toMatchObject({
    state: "active",
    sealedCredential,
    generation,
    lastToken,
    clientChange: null,
  });
  const audit = await world.store.audit.of(world.installationIdOf(victim), 10);
  expect(audit).toMatchObject([
    { who: "worker", action: "refuse a new credential (ERR_TOKEN_INVALID_CLIENT)" },
  ]);
  victim.expireTokens();
  await runAgain(victim);
  expect(await storedAssets(world, victim)).toEqual(trueAssets(victim));
});

test("another account's credentials are refused if a request tells which account a token belongs to", async () => {
  const { victim, attacker } = await victimAndAttacker({ TRACKUNIT_ACCOUNT_QUERY: accountQuery });
  const { clientId, clientSecret } = attacker;
  await world.install(victim, { clientId, clientSecret });
  await vi.waitFor(
    async () =>
      expect(await found(victim)).toMatchObject({
        state: "active",
        candidates: [],
        refused: [{ code: "ERR_CREDENTIAL_OF_OTHER_ACCOUNT" }],
        clientChange: null,
        toldName: victim.name,
      }),
    patient,
  );
  await runAgain(victim);
  expect(await storedAssets(world, victim)).toEqual(trueAssets(victim));
});

test("where no request tells, another account's credentials are marked, delete nothing, and are rolled back", async () => {
  const { victim, attacker } = await victimAndAttacker({ MISSING_PASSES: "2" });
  const { clientId, clientSecret } = attacker;
  const since = new Date();
  await world.install(victim, { clientId, clientSecret });
  await vi.waitFor(async () => expect((await found(victim))?.clientChange).not.toBeNull(), patient);
  await synced(victim, since);
  await runAgain(victim);
  await runAgain(victim);
  const stored = await storedAssets(world, victim);
  for (const id of trueAssets(victim).keys()) expect(stored.has(id)).toBe(true);
  expect((await syncOf(victim))?.heldBack).toMatchObject({ missing: 60, believedAfter: null });

  await world.store.credentials.bringBack(world.installationIdOf(victim), { now: new Date() });
  await vi.waitFor(
    async () => expect(await found(victim)).toMatchObject({ clientChange: null, candidates: [] }),
    patient,
  );
  // The attacker's records are many, too: as everywhere, some passes have to agree.
  await runAgain(victim);
  await runAgain(victim);
  expect(await storedAssets(world, victim)).toEqual(trueAssets(victim));
});

test("a credential that Trackunit does not know yet takes over as soon as Trackunit knows it, even if others are installed meanwhile", async () => {
  world = await testWorld();
  const account = world.simulator.addAccount({ assets: 5 });
  account.revoke();
  await world.startWorker();
  await world.install(account);
  await vi.waitFor(
    async () =>
      expect(await found(account)).toMatchObject({
        state: "pending",
        candidates: [{ rejections: 1, last: { code: "ERR_TOKEN_INVALID_CLIENT" } }],
      }),
    patient,
  );
  // Each is tried at once: one more refusal of the first with each of them would be one too many.
  for (const count of [2, 3, 4, 5]) {
    await world.install(account, { clientId: `nobody ${count}`, clientSecret: "nonsense" });
    await vi.waitFor(async () => {
      const candidates = (await found(account))?.candidates ?? [];
      expect(candidates).toHaveLength(count);
      for (const { rejections } of candidates) expect(rejections).toBeGreaterThan(0);
    }, patient);
  }
  expect((await found(account))?.candidates[0]?.rejections).toBeLessThan(3);
  account.restore();
  await synced(account);
  expect(await found(account)).toMatchObject({ state: "active", refused: [] });

  // One more than may wait: one that was rejected makes room, which is shown and audited.
  for (const count of [6, 7])
    await world.install(account, { clientId: `nobody ${count}`, clientSecret: "nonsense" });
  const code = "ERR_CANDIDATES_FULL";
  await vi.waitFor(async () => expect(await found(account)).toMatchObject({ refused: [{ code }] }), patient);
  const audit = await world.store.audit.of(world.installationIdOf(account), 10);
  expect(audit).toContainEqual(expect.objectContaining({ who: "worker", outcome: "refused", code }));
});
