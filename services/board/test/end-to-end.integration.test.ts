import { syncIdOf } from "@fleetkeeper/model";
import { expect, inject, test, vi } from "vitest";
import { operator, startBoard } from "./board-world.ts";
import { openPage } from "./chromium.ts";
import { idOf, seedAccounts } from "./seed-accounts.ts";
import { startWorkerProcess } from "./worker-process.ts";

const others = Array.from({ length: 2_000 }, (_, index) => `other-${String(index).padStart(4, "0")}`);

test("an operator finds an account among 2 000, sees why it waits, syncs it now and sees the result without reloading", async () => {
  const world = await startBoard(inject("redisUrl"), { liveEveryMs: 500 });
  await seedAccounts(world.mongodbUrl, others);
  const { simulator, install } = await startWorkerProcess(world);
  const account = simulator.addAccount({ assets: 250 });
  simulator.faults.add({ kind: "forbidden", operation: "graphql.assets" });
  await install(account);
  const id = idOf(account.accountId);
  await vi.waitFor(
    async () => expect((await world.store.syncs.find(syncIdOf(id, "assets")))?.waiting.for).toBe("scope"),
    { timeout: 40_000, interval: 100 },
  );

  const { page, complaints } = await openPage();
  await page.goto(`${world.url}/accounts`);
  await page.getByLabel("User").fill(operator.name);
  await page.getByLabel("Password").fill(operator.password);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByLabel("Id, name, fingerprint or @app").fill(account.accountId.slice(0, -2));
  await page.getByRole("button", { name: "Show" }).click();
  const row = page.getByRole("row").filter({ hasText: account.accountId });
  await row.getByText("missing scope").waitFor();
  await row.getByRole("link", { name: account.accountId }).click();
  await page.getByText("ERR_API_FORBIDDEN").first().waitFor();

  simulator.faults.clear();
  const assets = page
    .getByRole("row")
    .filter({ has: page.getByRole("rowheader", { name: "assets", exact: true }) });
  await assets.getByRole("button", { name: "Sync now" }).click();
  await page.getByText("Requested: assets of").waitFor();
  await page.evaluate("window.loadedOnce = true");
  await assets.getByText("scheduled").first().waitFor();
  await assets.getByText("15 min").first().waitFor();
  expect(await page.evaluate("window.loadedOnce")).toBe(true);
  await page.getByRole("link", { name: "Runs" }).click();
  const runs = page.getByRole("region", { name: "Last runs" });
  const run = runs.getByRole("row").filter({ hasText: "assets" }).filter({ hasText: "succeeded" });
  await run.getByText("250 created").waitFor();
  expect(await world.store.audit.of(id, 5)).toMatchObject([
    { who: "olive", action: "sync now", sync: "assets" },
  ]);
  // The one is the 401 that the login page came with.
  expect(complaints).toEqual([expect.stringContaining("401")]);
}, 120_000);
