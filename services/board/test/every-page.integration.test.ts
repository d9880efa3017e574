import { join } from "node:path";
import {
  eventTypes,
  newEventId,
  noChanges,
  type SealedText,
  syncIdOf,
  webhookKeyOf,
} from "@fleetkeeper/model";
import { createApiKeyActions } from "@fleetkeeper/operator";
import { createTokenSealing, generateTokenKey } from "@fleetkeeper/sealing";
import type { Page } from "playwright-core";
import { expect, inject, test } from "vitest";
import { accessibilityFaultsOf } from "./axe.ts";
import { operator, startBoard, viewer } from "./board-world.ts";
import { openPage } from "./chromium.ts";
import { addFailedInstall } from "./failed-install.ts";
import { idOf, type Seed, seedAccounts, startedRun } from "./seed-accounts.ts";

const webhookKeys = { keys: [generateTokenKey()] };
const soon = new Date(Date.now() + 240_000);
/** Of the first run of a seeded sync. */
const runToken = "000000000005";
const account = `/accounts/${encodeURIComponent(idOf("account-1"))}`;

/** Something of everything that can be wrong. */
const troubled: Seed = {
  requestedScopes: ["asset.view", "site.view"],
  syncs: [
    { sync: "assets", waiting: { for: "running", since: new Date(), pages: 12, records: 1_200 } },
    {
      sync: "sites",
      failures: 2,
      intervalMs: 300_000,
      nextRunAt: soon,
      waiting: { for: "backoff", until: soon, code: "ERR_API_UNAVAILABLE", attempt: 2, message: "503" },
    },
    { sync: "customers", nextRunAt: null, waiting: { for: "operator", code: "paused", of: "sync" } },
    { sync: "asset-events", nextRunAt: soon, waiting: { for: "rate-limit", until: soon, family: "rest" } },
  ],
};

async function setup() {
  const world = await startBoard(inject("redisUrl"), { webhookKeys });
  await seedAccounts(
    world.mongodbUrl,
    ["account-1", ...Array.from({ length: 30 }, (_, n) => `acct-${n}`)],
    (id) =>
      id === "account-1"
        ? { ...troubled, name: "Acme Cranes", note: "Calls on Mondays.", reference: "Customer 4711" }
        : id === "acct-3"
          ? {
              state: "revoked",
              lastToken: { at: new Date(), outcome: "refused", code: "ERR_TOKEN_INVALID_CLIENT" },
            }
          : {},
  );
  await addFailedInstall(world, inject("redisUrl"));
  const installationId = idOf("account-1");
  const run = await startedRun(world.store, syncIdOf(installationId, "assets"));
  const setAside = [{ externalId: "A1", item: { id: "A1" }, reasons: ["name: Expected string"] }];
  const numbers = {
    equipmentIdentifier: "0".repeat(36),
    serialNumber: "S".repeat(30),
    manufacturerName: "Example",
  };
  const data = { id: "A2", name: "Excavator", equipmentHeader: numbers };
  const records = [{ externalId: "A2", data }];
  await run.writePage({ records, setAside, nextCursor: null });
  run.note({ kind: "slice", at: new Date() });
  const request = { kind: "request", at: new Date(), method: "POST", path: "/api/graphql/" } as const;
  run.note({ ...request, status: 503, durationMs: 820, attempt: 1, waitedMs: 3_000 });
  const waiting = { for: "running", since: new Date(), pages: 12, records: 1_200 } as const;
  const changes = { ...noChanges, created: 1, rejected: 1 };
  const ended = { at: new Date(), startedAt: new Date(Date.now() - 4_000), records: 1, pages: 1, changes };
  await run.settle({
    nextRunAt: soon,
    waiting,
    failures: 0,
    keepsCheckpoint: false,
    ended: { ...ended, outcome: "failed", code: "ERR_API_UNAVAILABLE", message: "503" },
  });
  expect(await world.store.syncs.runOf(syncIdOf(installationId, "assets"), runToken)).not.toBeNull();
  await addWebhooks(world);
  await addReceiver(world);
  await world.store.audit.add({ at: new Date(), who: "olive", action: "pause", installationId });
  const keys = createApiKeyActions({ store: world.store, now: () => new Date() });
  await keys.create("olive", {
    name: "our back end",
    rights: ["proxy"],
    irisAppId: null,
  });
  const { page, browser } = await openPage();
  return { world, page, browser };
}

const endpointId = "3vW8kQ00000000000000000000000000";
const delivery = {
  installationId: idOf("account-1"),
  endpointId,
  messageId: "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W",
  type: "service-management.service-status.updated",
  receivedAt: new Date(),
  bytes: 2,
};

/** An endpoint, and a delivery that set off something. */
async function addWebhooks({ store }: Awaited<ReturnType<typeof startBoard>>): Promise<void> {
  const { installationId } = delivery;
  const { seal } = await createTokenSealing(webhookKeys);
  const sealedKey = await seal("whsec_", { installationId, purpose: "webhook-key" });
  const now = new Date(Date.now() - 3_600_000);
  await store.webhookEndpoints.add({
    installationId,
    endpointId,
    sealedKey,
    events: ["alerts.asset.on"],
    now,
  });
  const sealedPayload = await seal("{}", { installationId, purpose: "webhook-payload" });
  const refreshed = [{ sync: "assets", answer: "soon" as const, at: new Date() }];
  const outcome = "refreshed" as const;
  await store.webhookDeliveries.keep({ ...delivery, sealedPayload }, { firstToken: 0, outcome, refreshed });
}

const receiverId = `rcv_${"0f".repeat(12)}`;

/** A receiver of events that answered with a refusal, and then took one. */
async function addReceiver({ store: { events } }: Awaited<ReturnType<typeof startBoard>>): Promise<void> {
  const url = `https://your.host/fleetkeeper/${"long/".repeat(12)}?token=1`;
  const at = new Date(Date.now() - 60_000);
  const receiver = {
    url,
    description: "our app",
    events: [...eventTypes],
    irisAppId: null,
    createdBy: "olive",
  };
  await events.receivers.add({ ...receiver, id: receiverId, sealedSecret: "" as SealedText, createdAt: at });
  const { installationId } = delivery;
  const event = { installationId, firstToken: 0, receiverId, eventId: newEventId(), position: 1, at };
  const attempt = { ...event, type: "account.installed", attempt: 1, durationMs: 40, nextAt: null } as const;
  const refused = {
    outcome: "failed",
    status: 503,
    code: "ERR_NOTIFY_STATUS",
    answer: "<h1>Away</h1>",
  } as const;
  await events.attempts.add({ ...attempt, ...refused, nextAt: new Date(Date.now() + 5_000) });
  await events.attempts.add({ ...attempt, outcome: "delivered", status: 200, code: null, answer: "" });
}

const pages: [what: string, path: string][] = [
  ["overview", "/"],
  ["list", "/accounts"],
  ["list without a hit", "/accounts?search=nobody"],
  ["account", account],
  ["records of an account", `${account}?tab=records`],
  ["record", `${account}/records/assets/A2`],
  ["run", `${account}/runs/assets/${runToken}`],
  ["runs of an account", `${account}?tab=runs`],
  ["requests of an account", `${account}?tab=requests`],
  ["events of an account", `${account}?tab=events`],
  ["settings of an account", `${account}?tab=settings`],
  ["account that is revoked", `/accounts/${encodeURIComponent(idOf("acct-3"))}`],
  ["webhooks", "/webhooks?account=account-1"],
  ["webhook endpoints", "/webhooks/endpoints"],
  ["webhook endpoint", `/webhooks/endpoints/${endpointId}`],
  [
    "webhook",
    `/webhooks/deliveries/${encodeURIComponent(`${delivery.installationId}/${webhookKeyOf(endpointId, delivery.messageId)}`)}`,
  ],
  ["question with a key", `/webhooks/endpoints/${endpointId}/do/rotate`],
  ["callbacks", "/callbacks"],
  ["question about a name", `${account}/do/names`],
  ["question", `${account}/do/sync-now`],
  ["question about many accounts", "/accounts/bulk?action=pause"],
  ["question with a field", `${account}/do/interval?sync=sites`],
  ["question before a deletion", `${account}/do/forget`],
  ["question about a queue", "/retry-failed/install"],
  ["audit log", "/audit"],
  ["API keys", "/api-keys"],
  ["form for an API key", "/api-keys/new"],
  ["receivers", "/receivers"],
  ["notifications", "/notifications"],
  ["receiver", `/receivers/${receiverId}`],
  ["form of a receiver", `/receivers/${receiverId}/change`],
  ["error codes", "/errors"],
  ["error", "/nowhere"],
];

test.each(["light", "dark"] as const)(
  "in %s, axe finds nothing wrong with any page, and none scrolls sideways, on a desk or a phone",
  async (colorScheme) => {
    const { world, page } = await setup();
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width: 390, height: 844 });
    const check = async (what: string) => {
      expect([what, await accessibilityFaultsOf(page)]).toEqual([what, []]);
      for (const width of [1280, 390]) {
        await page.setViewportSize({ width, height: 844 });
        expect([what, await page.evaluate("document.documentElement.scrollWidth")]).toEqual([what, width]);
      }
    };
    await page.goto(world.url);
    await check("login");
    await page.getByLabel("User").fill(operator.name);
    await page.getByLabel("Password").fill(operator.password);
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByRole("heading", { name: "Overview" }).waitFor();
    for (const [what, path] of pages) {
      await page.goto(world.url + path);
      for (const fold of await page.locator("summary").all()) if (await fold.isVisible()) await fold.click();
      await check(what);
    }
    await page.goto(world.url + account);
    await page.getByRole("heading", { name: "Syncs" }).waitFor();
    expect(await page.evaluate("document.documentElement.scrollHeight")).toBeLessThanOrEqual(2_500);
    await page.setViewportSize({ width: 1280, height: 900 });
    for (const path of ["/", "/accounts", account, "/webhooks"]) {
      await page.goto(world.url + path);
      expect([path, await accessibilityFaultsOf(page)]).toEqual([path, []]);
    }
    await takePictures(page, world.url, colorScheme);
  },
  120_000,
);

/** `PICTURES=<folder>`: of each page, on a desk and on a phone, to be looked at. */
async function takePictures(page: Page, url: string, colorScheme: string): Promise<void> {
  const folder = process.env.PICTURES;
  if (folder === undefined) return;
  for (const [size, width] of [
    ["desk", 1_280],
    ["phone", 390],
  ] as const) {
    await page.setViewportSize({ width, height: 844 });
    for (const [what, path] of pages) {
      await page.goto(url + path);
      const file = `${what.replaceAll(" ", "-")}-${colorScheme}-${size}.png`;
      await page.screenshot({ path: join(folder, file), fullPage: true });
    }
  }
}

test("a refusal for a viewer has nothing wrong with it either", async () => {
  const { world, page } = await setup();
  await page.goto(`${world.url}${account}/do/pause`);
  await page.getByLabel("User").fill(viewer.name);
  await page.getByLabel("Password").fill(viewer.password);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByText("ERR_READ_ONLY_ROLE").waitFor();
  expect(await accessibilityFaultsOf(page)).toEqual([]);
});

test("from any page `/` and Ctrl+K lead to the search, and a button copies an id", async () => {
  const { world, page, browser } = await setup();
  await browser.contexts()[0]?.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto(world.url);
  await page.getByLabel("User").fill(viewer.name);
  await page.getByLabel("Password").fill(viewer.password);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("heading", { name: "Overview" }).waitFor();
  await page.keyboard.press("Control+k");
  await page.keyboard.type("me cra/n");
  expect(await page.getByLabel("Find an account").inputValue()).toBe("me cra/n");
  await page.getByLabel("Find an account").fill("me cra");
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "Acme Cranes" }).click();
  await page.getByRole("heading", { name: "Acme Cranes" }).waitFor();
  await page.getByRole("button", { name: "Copy account-1" }).focus();
  await page.keyboard.press("Enter");
  await page.getByText("Copied: account-1").waitFor({ state: "attached" });
  expect(await page.evaluate("navigator.clipboard.readText()")).toBe("account-1");
});

test("with the keyboard alone an operator finds an account and pauses it", async () => {
  const { world, page } = await setup();
  await page.goto(`${world.url}/accounts`);
  await page.getByLabel("User").fill(operator.name);
  await page.keyboard.press("Tab");
  await page.keyboard.type(operator.password);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Accounts" }).waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("ct-7");
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "acct-7" }).focus();
  await page.keyboard.press("Enter");
  await page.getByText("Actions", { exact: true }).first().focus();
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "Pause", exact: true }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Pause" }).focus();
  await page.keyboard.press("Enter");
  await page.getByText("Paused: account acct-7.").waitFor();
});
