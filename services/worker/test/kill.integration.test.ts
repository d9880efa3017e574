import { setTimeout as sleep } from "node:timers/promises";
import { spawnService } from "@fleetkeeper/test-worlds";
import { expect, onTestFinished, test, vi } from "vitest";
import { testWorld } from "./create-world.ts";
import { storedAssets, trueAssets } from "./truth.ts";

/** `KILLS=100 ASSETS=20000` is the full bar, and takes a quarter of an hour. */
const kills = Number(process.env.KILLS ?? 4);
const assets = Number(process.env.ASSETS ?? 2_000);

test(`a worker killed ${kills} times during a pass of ${assets} assets loses nothing, writes nothing twice and repeats one page a kill at most`, {
  timeout: 3_600_000,
}, async () => {
  // A lease that a busy machine does not lose: each loss costs a page too.
  const world = await testWorld({ env: { SYNC_LEASE_MS: "10000", SYNC_SLICE_PAGES: "5" } });
  const account = world.simulator.addAccount({ assets });
  const id = world.installationIdOf(account);
  const pagesRead = async () =>
    (await world.store.syncs.ofInstallation(id)).find(({ sync }) => sync === "assets")?.checkpoint?.pages ??
    0;
  const succeeded = async () =>
    (await world.store.syncs.ofInstallation(id)).find(({ sync }) => sync === "assets")?.lastSuccessAt != null;
  await world.install(account);

  let killed = 0;
  while (killed < kills && !(await succeeded())) {
    const before = await pagesRead();
    const worker = spawnService("worker", world.env);
    // A moment at which it is at work: some page has been read since it started, then any time within a page
    // or two.
    await vi.waitFor(async () => expect((await succeeded()) || (await pagesRead()) > before).toBe(true), {
      timeout: 60_000,
      interval: 5,
    });
    await sleep(Math.random() * 300);
    await worker.kill("SIGKILL");
    killed++;
  }
  const last = spawnService("worker", world.env);
  onTestFinished(() => last.kill("SIGTERM"));
  await vi.waitFor(async () => expect(await succeeded()).toBe(true), { timeout: 1_200_000, interval: 100 });

  const requested = world.simulator.requests.count({ operation: "graphql.assets" });
  console.log(JSON.stringify({ assets, killed, pages: assets / 100, pagesRequested: requested }));
  expect(killed).toBe(kills);
  expect(requested).toBeLessThanOrEqual(assets / 100 + killed);
  expect(await world.db.collection("assets").countDocuments()).toBe(assets);
  expect(await storedAssets(world, account)).toEqual(trueAssets(account));
  const created = await createdInFeed(world.db.collection("changes").find());
  expect(new Set(created).size).toBe(assets);
  await last.kill("SIGTERM");
});

/** External ids of the feed's `created` changes; at least once, so some may come twice. */
async function createdInFeed(entries: AsyncIterable<Record<string, unknown>>): Promise<string[]> {
  const ids: string[] = [];
  for await (const { _id, changes } of entries) {
    if (!String(_id).includes("/assets/")) continue;
    for (const { externalId, kind } of changes as { externalId: string; kind: string }[])
      if (kind === "created") ids.push(externalId);
  }
  return ids;
}
