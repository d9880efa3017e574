import { inBackground } from "@fleetkeeper/test-worlds";
import { expect, test, vi } from "vitest";
import { setup, type World } from "../world.ts";

const patient = { timeout: 40_000, interval: 50 };

async function synced({ store, installationIdOf }: World, account: Parameters<World["installationIdOf"]>[0]) {
  await vi.waitFor(async () => {
    const syncs = await store.syncs.ofInstallation(installationIdOf(account));
    expect(syncs.find(({ sync }) => sync === "assets")?.lastRun?.outcome).toBe("succeeded");
  }, patient);
}

async function withAccount() {
  const world = await setup();
  const account = world.simulator.addAccount({ assets: 30 });
  await world.startWorker();
  await world.install(account);
  await synced(world, account);
  return { ...world, account, id: world.installationIdOf(account), name: account.accountId.slice(0, 8) };
}

test("an account is listed and shown, for people and as JSON, without its credential", async () => {
  const { cli, account, id, name } = await withAccount();
  const list = await cli(["accounts", "list"]);
  expect(list.code).toBe(0);
  expect(list.stdout).toMatch(/^ACCOUNT +APP +STATE/);
  expect(list.stdout).toContain(account.accountId);
  const show = await cli(["accounts", "show", name, "--json"]);
  expect(show.json()).toMatchObject({ _id: id, state: "active", missingScopes: [] });
  const { syncs } = show.json() as { syncs: { sync: string; why: { label: string }; runs: unknown[] }[] };
  expect(syncs.find(({ sync }) => sync === "assets")).toMatchObject({ why: { label: "scheduled" } });
  const words = (await cli(["accounts", "show", id])).stdout;
  for (const word of ["granted", "scheduled", "30 in 1 pages: 30 created", "sealed with key"])
    expect(words).toContain(word);
  for (const text of [words, show.stdout]) {
    expect(text).not.toContain("sealedCredential");
    expect(text).not.toContain(account.clientSecret);
  }
  expect((await cli(["accounts", "show", "zzz"])).code).toBe(3);
});

test("sync --wait follows a run to its end and says how it went by its exit code", async () => {
  const { cli, simulator, account, name } = await withAccount();
  account.change(3);
  const good = await cli(["accounts", "sync", name, "--sync", "assets", "--wait", "--json"]);
  expect(good.code).toBe(0);
  expect(good.json()).toMatchObject({ runs: [{ sync: "assets", outcome: "succeeded", records: 30 }] });
  simulator.faults.add({ kind: "status", status: 500, operation: "graphql.assets" });
  const bad = await cli(["accounts", "sync", name, "--sync", "assets", "--wait"]);
  expect(bad.code).toBe(1);
  expect(bad.stdout).toMatch(/assets +failed \(ERR_/);
  const failing = await cli(["syncs", "list", "--failing", "--json"]);
  expect(failing.json()).toMatchObject({ syncs: [{ sync: "assets", waiting: { for: "backoff" } }] });
});

test("sync --wait ends with 8 where no worker is there in time", async () => {
  const world = await setup();
  const account = world.simulator.addAccount({ assets: 3 });
  const stop = await world.startWorker();
  await world.install(account);
  await synced(world, account);
  await stop();
  const late = await world.cli([
    "accounts",
    "sync",
    account.accountId,
    "--sync",
    "assets",
    "--wait",
    "--timeout",
    "1",
    "--json",
  ]);
  expect(late.code).toBe(8);
  expect(late.error().code).toBe("ERR_WAITED_TOO_LONG");
});

test("actions are done and audited under the name of who asked", async () => {
  const { cli, store, account, id, name } = await withAccount();
  expect((await cli(["accounts", "pause", name, "--as", "jo"])).code).toBe(0);
  expect((await store.installations.find(id))?.state).toBe("paused");
  const refused = await cli(["accounts", "sync", name, "--json"]);
  expect(refused.code).toBe(7);
  expect(refused.error()).toMatchObject({ code: "ERR_WRONG_STATE" });
  expect((await cli(["accounts", "resume", name, "--as", "jo"])).code).toBe(0);
  expect((await store.installations.find(id))?.state).toBe("active");
  const calls = account.tokenCalls;
  expect((await cli(["accounts", "refresh", name])).code).toBe(0);
  await vi.waitFor(() => expect(account.tokenCalls).toBeGreaterThan(calls), patient);
  const audit = await store.audit.of(id, 10);
  expect(audit.map(({ action }) => action)).toEqual(["refresh token", "resume", "pause"]);
  expect(audit.filter(({ who }) => who === "cli:jo")).toHaveLength(2);
});

test("forgetting needs a yes, and then nothing but the audit log is left", async () => {
  const { cli, store, id, name } = await withAccount();
  const asked = await cli(["accounts", "forget", name, "--json"]);
  expect(asked.code).toBe(2);
  expect(asked.error()).toMatchObject({
    code: "ERR_NOT_CONFIRMED",
    advice: expect.stringContaining("--yes"),
  });
  expect(await store.installations.find(id)).not.toBeNull();
  expect((await cli(["accounts", "forget", name, "--yes"])).code).toBe(0);
  await vi.waitFor(async () => expect(await store.installations.find(id)).toBeNull(), patient);
  expect((await store.audit.of(id, 1))[0]?.action).toBe("forget");
});

test("an interrupted wait ends with 130, and the run continues", async () => {
  const { cli, name, account, store, id, simulator } = await withAccount();
  account.change(1);
  simulator.faults.add({ kind: "delay", delayMs: 3_000, operation: "graphql.assets" });
  const child = inBackground(cli(["accounts", "sync", name, "--sync", "assets", "--wait"]));
  await vi.waitFor(async () => {
    const syncs = await store.syncs.ofInstallation(id);
    expect(syncs.find(({ sync }) => sync === "assets")?.waiting.for).toBe("running");
  }, patient);
  child.kill("SIGINT");
  const { code, stderr } = await child;
  expect(code).toBe(130);
  expect(stderr).toContain("ERR_INTERRUPTED");
});
