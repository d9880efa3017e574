import { type BulkOutcome, createBulkActions, createOperatorActions } from "@fleetkeeper/operator";
import { capturedLog } from "@fleetkeeper/test-worlds";
import { expect, inject, test, vi } from "vitest";
import { createBulkRunner } from "../../src/accounts/bulk/carry-out.ts";
import { createBulkProgresses } from "../../src/accounts/bulk/progress.ts";
import { bulkRequestOf } from "../../src/accounts/bulk/request.ts";
import { accessibilityFaultsOf } from "../axe.ts";
import { operator, startBoard, viewer } from "../board-world.ts";
import { openPage } from "../chromium.ts";
import { idOf, seedAccounts } from "../seed-accounts.ts";
import { visit } from "../visitor.ts";

const patient = { timeout: 20_000, interval: 100 };
const now = () => new Date();
const ids = Array.from({ length: 35 }, (_, index) => `crane-${String(index).padStart(2, "0")}`);

/** The first five are paused. */
async function setup() {
  const world = await startBoard(inject("redisUrl"), { liveEveryMs: 100 });
  await seedAccounts(world.mongodbUrl, ids, (_, index) => (index < 5 ? { state: "paused" } : {}));
  const stateOf = async (accountId: string) => (await world.store.installations.find(idOf(accountId)))?.state;
  const paused = async () => (await world.store.installations.countByState()).paused;
  return { world, operator: await visit(world.url, operator), stateOf, paused };
}

test("what an action on all that fit would do is counted first, done after a yes, shown, and in the audit log", async () => {
  const { world, operator: olive, paused } = await setup();
  const path = "/accounts/bulk?search=crane-0&action=pause";
  const question = await olive.page(path);
  expect(question).toContain("This pauses 5 of 35 accounts. It skips 5 more that fit");
  expect(question).toContain("crane-05, crane-06");
  expect(question).toContain("with “crane-0”");
  expect(await paused()).toBe(5);

  const grown = await olive.submit(path, { counted: "4" });
  expect([grown.status, await paused()]).toEqual([409, 5]);
  expect(await grown.text()).toContain("It is now 5 accounts. Nothing was done yet.");

  const begun = await olive.submit(path, { counted: "5" });
  expect(begun.status).toBe(303);
  const run = begun.headers.get("location") ?? "";
  await vi.waitFor(
    async () => expect(await olive.page(run)).toContain("It is done for all of them."),
    patient,
  );
  const page = await olive.page(run);
  expect(page).toContain("Pause: 5 accounts");
  expect(page).toContain("5 of 5");
  expect(await paused()).toBe(10);
  expect(
    (await world.store.audit.ofTopic("bulk-actions", 9)).map(({ who, action }) => [who, action]),
  ).toEqual([
    ["olive", "pause 5 accounts (with “crane-0”): 5 done"],
    ["olive", "begin to pause 5 accounts (with “crane-0”)"],
  ]);
  expect(await world.store.audit.of(idOf("crane-07"), 9)).toMatchObject([{ who: "olive", action: "pause" }]);
  expect(await olive.page(path)).toContain("Pause: no account");
  expect(world.logText()).toContain('"operation":"bulk pause"');
});

test("a viewer can neither ask nor look, and without the token of the form nothing is done", async () => {
  const { world, operator: olive, paused } = await setup();
  const victor = await visit(world.url, viewer);
  const path = "/accounts/bulk?action=pause";
  expect(await victor.page("/accounts")).not.toContain("Many at once");
  expect((await victor.send(path)).status).toBe(403);
  const body = () => new URLSearchParams({ counted: "30" });
  for (const visitor of [victor, olive])
    expect((await visitor.send(path, { method: "POST", body: body() })).status).toBe(403);
  for (const unknown of ["?action=forget", "", "?action=pause&action=sync"])
    expect((await olive.send(`/accounts/bulk${unknown}`)).status).toBe(404);
  expect((await olive.send("/accounts/bulk/runs/none")).status).toBe(404);
  expect(await paused()).toBe(5);
});

test("in a browser an operator ticks accounts, by keyboard alone, and watches the result", async () => {
  const { world, stateOf, paused } = await setup();
  const { page, complaints } = await openPage();
  await page.goto(`${world.url}/accounts?state=active`);
  await page.getByLabel("User").fill(operator.name);
  await page.getByLabel("Password").fill(operator.password);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("heading", { name: "Accounts" }).waitFor();
  const ticked = page.getByRole("button", { name: "Ticked accounts…" });
  expect(await ticked.isVisible()).toBe(false);
  for (const accountId of ["crane-08", "crane-20"])
    await page.getByRole("checkbox", { name: `Tick ${accountId}` }).press("Space");
  // The list has been updated meanwhile.
  await world.store.pause(idOf("crane-34"), now());
  await page.getByText("Paused 6").waitFor();
  expect(await page.getByRole("checkbox", { name: "Tick crane-08" }).isChecked()).toBe(true);
  await ticked.press("Enter");
  await page.getByRole("heading", { name: "Pause: 2 accounts?" }).waitFor();
  expect(await accessibilityFaultsOf(page)).toEqual([]);
  await page.getByRole("button", { name: "Pause: 2 accounts" }).press("Enter");
  await page.getByText("It is done for all of them.").waitFor();
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await accessibilityFaultsOf(page)).toEqual([]);
  expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
  expect([await stateOf("crane-08"), await stateOf("crane-20"), await paused()]).toEqual([
    "paused",
    "paused",
    8,
  ]);
  await page.getByRole("link", { name: "Back to the accounts" }).click();
  await page.getByRole("heading", { name: "Accounts" }).waitFor();
  expect(page.url()).toBe(`${world.url}/accounts?state=active`);
  expect(complaints).toEqual([expect.stringContaining("401")]);
});

test("cancelled, stopped with its board or broken off, it says what is done and what is not, and how to continue", async () => {
  const { world, operator: olive, paused } = await setup();
  const { store, queueSet, redis, namespace } = world;
  const progresses = createBulkProgresses(redis, namespace);
  const gate = Promise.withResolvers<void>();
  const real = createOperatorActions({ store, queues: queueSet, now });
  const pause: typeof real.pause = async (...args) => {
    await gate.promise;
    if (args[1] === idOf("crane-05"))
      throw Object.assign(new Error("gone"), { code: "ERR_QUEUE_UNAVAILABLE" });
    return real.pause(...args);
  };
  const bulkActions = createBulkActions({ store, actions: { ...real, pause }, queues: queueSet, now });
  const runner = createBulkRunner({ bulkActions, progresses, log: capturedLog("info", "board").log, now });
  const request = bulkRequestOf({ action: "pause" });
  const plan = await bulkActions.plan(request.action, request.filter);
  const [cancelled = "", stopped = ""] = [
    await runner.start("olive", request, plan),
    await runner.start("olive", request, plan),
  ];
  const path = (id: string) => `/accounts/bulk/runs/${id}`;
  expect(await olive.page(path(cancelled))).toContain("0 of 30");
  const token = /name="_csrf" value="([^"]+)"/.exec(
    (await olive.page(path(cancelled))).split("<main")[1] ?? "",
  )?.[1];
  const body = new URLSearchParams({ _csrf: token ?? "" });
  expect((await olive.send(`${path(cancelled)}/cancel`, { method: "POST", body })).status).toBe(303);
  gate.resolve();
  await vi.waitFor(async () => expect((await progresses.read(cancelled))?.endedAt).toBeDefined(), patient);
  await runner.close();

  const page = await olive.page(path(cancelled));
  expect(page).toContain("9 done, 1 failed, 20 not begun");
  expect(page).toContain("An operator cancelled it.");
  expect(page).toMatch(/ERR_QUEUE_UNAVAILABLE<\/code><\/a><\/th><td class="number">1</);
  expect(page).toContain('href="/accounts/bulk?action=pause">Ask again for the rest');
  expect((await progresses.read(stopped))?.endedAt).toBeDefined();
  expect(await paused()).toBeGreaterThanOrEqual(14);

  const at = new Date(Date.now() - 61_000).toISOString();
  const outcome: BulkOutcome = { done: 10, refused: 0, failed: 0, left: 20, codes: {} };
  const silent = await progresses.add({ who: "olive", request, accounts: 30, outcome, startedAt: at, at });
  expect(await olive.page(path(silent))).toContain("it was probably restarted");
});
