import { afterEach, expect, test, vi } from "vitest";
import { createWorld, type World } from "./world.ts";

let world: World;
afterEach(() => world.close());

const patient = { timeout: 30_000, interval: 50 };

test("one install becomes a warm token and all the account's assets", async () => {
  world = await createWorld();
  const account = world.simulator.addAccount({ assets: 250 });
  await world.startWorker();
  await world.install(account);
  const id = world.installationIdOf(account);
  await vi.waitFor(async () => {
    const [sync] = await world.store.syncs.ofInstallation(id);
    expect(sync?.lastRun).toMatchObject({ outcome: "succeeded", records: 250, pages: 3 });
    expect(sync?.waiting.for).toBe("schedule");
  }, patient);
  expect(await world.store.records.count("assets", id)).toBe(250);
  expect(account.tokenCalls).toBe(1);
  expect(await world.store.installations.find(id)).toMatchObject({
    state: "active",
    lastToken: { outcome: "granted" },
  });
});
