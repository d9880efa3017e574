// The README's pictures: `pnpm docs:pictures` keeps them, and a run of the tests shows that they can be made.

import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installationIdOf } from "@fleetkeeper/model";
import { expect, onTestFinished, test, vi } from "vitest";
import { openPage } from "../../../services/board/test/chromium.ts";
import { runSystem } from "../../demo/test/running-system.ts";

const patient = { timeout: 60_000, interval: 200 };

function folderOfPictures(): string {
  const { PICTURES } = process.env;
  if (PICTURES) return PICTURES;
  const folder = mkdtempSync(join(tmpdir(), "fleetkeeper-pictures-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

test("overview and account page of a running system, as the README shows them", async () => {
  const folder = folderOfPictures();
  const { simulator, store, boardUrl, boardUser, boardPassword } = await runSystem();
  const accounts = [40, 12, 25, 8].map((assets) => simulator.addAccount({ assets }));
  const [, troubled] = accounts;
  simulator.faults.add({
    kind: "status",
    status: 503,
    operation: "graphql.customers",
    accountId: troubled?.accountId,
  });
  for (const { accountId } of accounts) await simulator.install(accountId);
  const idOf = (accountId = "") => installationIdOf(simulator.settings.app, accountId);
  for (const { accountId } of accounts)
    await vi.waitFor(async () => {
      const syncs = await store.syncs.ofInstallation(idOf(accountId));
      expect(syncs.length).toBeGreaterThan(0);
      for (const { lastRun, failures } of syncs) expect(lastRun !== null || failures > 0).toBe(true);
    }, patient);

  const { page } = await openPage();
  await page.setViewportSize({ width: 1_120, height: 760 });
  await page.goto(boardUrl);
  await page.getByLabel("User").fill(boardUser);
  await page.getByLabel("Password").fill(boardPassword);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByText("of 1 account fails").first().waitFor();
  await page.screenshot({ path: join(folder, "overview.png") });
  await page.goto(`${boardUrl}/accounts/${encodeURIComponent(idOf(troubled?.accountId))}`);
  await page.getByRole("heading", { name: "Syncs" }).waitFor();
  await page.screenshot({ path: join(folder, "account.png") });
  for (const name of ["overview.png", "account.png"])
    expect(statSync(join(folder, name)).size).toBeGreaterThan(20_000);
});
