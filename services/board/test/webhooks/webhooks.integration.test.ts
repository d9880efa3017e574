import { noChanges, type RefreshedSync, syncIdOf } from "@fleetkeeper/model";
import { createTokenSealing, generateTokenKey } from "@fleetkeeper/sealing";
import { expect, inject, test } from "vitest";
import { operator, startBoard, viewer } from "../board-world.ts";
import { idOf, seedAccounts, startedRun } from "../seed-accounts.ts";
import { visit } from "../visitor.ts";

const installationId = idOf("account-1");
const key = `whsec_${Buffer.alloc(24, 7).toString("base64")}`;
const webhookKeys = { keys: [generateTokenKey()] };
const addPath = `/webhooks/add?account=${encodeURIComponent(installationId)}`;

async function setup() {
  const world = await startBoard(inject("redisUrl"), {
    webhookKeys,
    ingressPublicUrl: "https://your.host/fleet/",
  });
  await seedAccounts(world.mongodbUrl, ["account-1", "account-2"], () => ({}));
  const { seal, open } = await createTokenSealing(webhookKeys);
  const { webhookDeliveries, webhookEndpoints } = world.store;
  let serial = 0;

  return {
    ...world,
    operator: await visit(world.url, operator),
    viewer: await visit(world.url, viewer),

    async keyOf(endpointId: string, index = 0) {
      const { sealed } = (await webhookEndpoints.findByEndpointId(endpointId))?.keys[index] ?? {};
      return sealed && open(sealed, { installationId, purpose: "webhook-key" });
    },

    addEndpoint: (endpointId: string) =>
      webhookEndpoints.add({ installationId, endpointId, events: [], now: new Date() }),

    /** Keeps a delivery as a worker does; returns its id. */
    async keep(delivery: {
      endpointId: string;
      type?: string;
      payload?: string;
      account?: string;
      outcome?: "refreshed" | "held";
      refreshed?: RefreshedSync[];
      receivedAt?: Date;
    }) {
      const { payload = "{}", type = "sites.asset.enter", endpointId, receivedAt = new Date() } = delivery;
      const whose = idOf(delivery.account ?? "account-1");
      const facts = {
        installationId: whose,
        endpointId,
        messageId: `msg_${serial++}`,
        type,
        receivedAt,
        bytes: payload.length,
        sealedPayload: await seal(payload, { installationId: whose, purpose: "webhook-payload" }),
      };
      const { outcome = "held", refreshed = [] } = delivery;
      await webhookDeliveries.keep(facts, { firstToken: 0, outcome, refreshed });
      return webhookDeliveries.idOf(facts);
    },

    async replays() {
      const jobs = await world.queueSet.queues.webhook.getWaiting();
      return jobs.map(({ data }) => "replay" in data && data.replay);
    },
  };
}

const deliveryPath = (id: string) => `/webhooks/deliveries/${encodeURIComponent(id)}`;

test("an operator makes an endpoint, reads what to enter where, gives its key, rotates it, pauses, resumes and removes it; each is in the audit log", async () => {
  const world = await setup();
  const made = await world.operator.submit(addPath, {
    key: "",
    events: "alerts.asset.on, sites.asset.enter",
  });
  const path = made.headers.get("location") ?? "";
  const endpointId = path.split("/").at(-1) ?? "";
  const page = await world.operator.page(path);
  expect(page).toContain("The endpoint is made.");
  expect(page).toContain(`<code>https://your.host/fleet/webhooks/${endpointId}</code>`);
  expect(page).toContain("Copy its signing key");
  expect((await world.store.webhookEndpoints.findByEndpointId(endpointId))?.events).toEqual([
    "alerts.asset.on",
    "sites.asset.enter",
  ]);

  const wrong = await world.operator.submit(`${path}/do/give-key`, { key: "whsec_secretnonsense" });
  const asked = await wrong.text();
  expect([wrong.status, asked.includes("A signing key is whsec_")]).toEqual([400, true]);
  expect(asked).not.toContain("secretnonsense");
  expect((await world.operator.submit(`${path}/do/give-key`, { key: ` ${key}\n` })).status).toBe(303);
  expect(await world.keyOf(endpointId)).toBe(key);

  const next = `whsec_${Buffer.alloc(24, 8).toString("base64")}`;
  for (const hours of ["337", "", "-1", "1.5"])
    expect((await world.operator.submit(`${path}/do/rotate`, { key: next, hours })).status).toBe(400);
  expect((await world.operator.submit(`${path}/do/rotate`, { key: next, hours: "48" })).status).toBe(303);
  expect([await world.keyOf(endpointId), await world.keyOf(endpointId, 1)]).toEqual([next, key]);
  const rotated = await world.operator.page(path);
  expect(rotated).toContain("valid for 48 h more");
  expect(rotated).not.toContain(next);

  for (const [action, state] of [
    ["pause", "paused"],
    ["resume", "active"],
  ] as const) {
    expect((await world.operator.submit(`${path}/do/${action}`)).headers.get("location")).toBe(path);
    expect((await world.store.webhookEndpoints.findByEndpointId(endpointId))?.state).toBe(state);
  }
  expect((await world.operator.submit(`${path}/do/remove`, { endpoint: "other" })).status).toBe(400);
  const removed = await world.operator.submit(`${path}/do/remove`, { endpoint: endpointId.slice(0, 6) });
  expect(removed.status).toBe(303);
  expect(await world.store.webhookEndpoints.findByEndpointId(endpointId)).toBeNull();
  expect((await world.operator.send(path)).status).toBe(404);
  const audit = await world.store.audit.of(installationId, 50);
  const short = `${endpointId.slice(0, 6)}…`;
  expect(audit.map(({ who, action }) => `${who}: ${action}`).reverse()).toEqual([
    `olive: add webhook endpoint ${short}`,
    `olive: set webhook key of ${short}`,
    `olive: set webhook key of ${short}`,
    `olive: pause webhook endpoint ${short}`,
    `olive: resume webhook endpoint ${short}`,
    `olive: remove webhook endpoint ${short}`,
  ]);
  for (const secret of [key, next]) expect(world.logText()).not.toContain(secret);
});

test("a delivery's page shows the payload as text and links to the run that read the change, which links back", async () => {
  const world = await setup();
  await world.addEndpoint("endpoint-1");
  const at = new Date(Date.now() - 5_000);
  const refreshed = [
    { sync: "sites", answer: "soon", at },
    { sync: "assets", answer: "later", at },
  ] as const;
  const payload = '{"name":"<script>alert(1)</script>","n":1}';
  const id = await world.keep({
    endpointId: "endpoint-1",
    payload,
    outcome: "refreshed",
    refreshed: [...refreshed],
  });
  const sites = syncIdOf(installationId, "sites");
  await world.store.syncs.refresh(sites, id, at);
  const run = await startedRun(world.store, sites);
  await run.writePage({ records: [], setAside: [], nextCursor: null });
  const ended = { at: new Date(), startedAt: new Date(), outcome: "failed" as const, code: "ERR_X" };
  await run.settle({
    keepsCheckpoint: false,
    ended: { ...ended, records: 0, pages: 1, changes: noChanges },
    nextRunAt: new Date(Date.now() + 60_000),
    waiting: { for: "schedule", until: new Date(Date.now() + 60_000) },
    failures: 1,
  });
  const page = await world.viewer.page(deliveryPath(id));
  expect(page).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
  expect(page).not.toContain("<script>alert");
  const [, link = ""] = /<a href="([^"]+)">its run failed/.exec(page) ?? [];
  expect(page).toContain("no run has read it yet");
  const runPage = await world.viewer.page(link);
  expect(runPage).toContain("ERR_X");
  expect(runPage).toContain(`href="${deliveryPath(id)}"`);
});

test("deliveries are found by account, endpoint, type, outcome and time, page by page", async () => {
  const world = await setup();
  const hour = (ago: number) => new Date(Date.UTC(2026, 0, 2, 12) - ago * 3_600_000);
  for (let ago = 0; ago < 27; ago++)
    await world.keep({ endpointId: "a", type: `t.${ago}`, receivedAt: hour(ago) });
  await world.keep({
    endpointId: "b",
    account: "account-2",
    type: "other",
    receivedAt: hour(30),
    outcome: "refreshed",
  });
  const shown = async (query: string) =>
    [...(await world.viewer.page(`/webhooks${query}`)).matchAll(/<code>(t\.\d+|other)<\/code>/g)].map(
      ([, type]) => type,
    );
  expect(await shown("")).toHaveLength(25);
  const [, next = ""] =
    /href="\/webhooks(\?after=[^"]+)" rel="next"/.exec(await world.viewer.page("/webhooks")) ?? [];
  expect(await shown(next.replaceAll("&amp;", "&"))).toEqual(["t.25", "t.26", "other"]);
  expect(await shown("?account=account-2")).toEqual(["other"]);
  expect(await shown("?from=2026-01-02T10:00&to=2026-01-02T12:00")).toEqual(["t.1", "t.2"]);
  expect(await shown("?account=account-1&type=t.7&outcome=held&endpoint=a")).toEqual(["t.7"]);
  expect(await shown("?account=account-1&outcome=refreshed")).toEqual([]);
  expect(await world.viewer.page("/webhooks?account=account-")).toContain("Several accounts begin like this");
  expect(await world.viewer.page("/webhooks?account=<b>")).toContain("There is no account &lt;b&gt;.");
  expect(await world.viewer.page("/webhooks?type=t.7")).toContain("to look further back");
  expect((await world.viewer.send("/webhooks?after=nonsense")).status).toBe(400);
});

test("one delivery is replayed, or all that match the filter", async () => {
  const world = await setup();
  await world.addEndpoint("endpoint-1");
  const [one, other] = [
    await world.keep({ endpointId: "endpoint-1" }),
    await world.keep({ endpointId: "endpoint-1", type: "x.y" }),
  ];
  await world.keep({ endpointId: "endpoint-2", account: "account-2" });
  expect((await world.operator.submit(`${deliveryPath(one)}/do/replay`)).headers.get("location")).toBe(
    deliveryPath(one),
  );
  expect(await world.replays()).toEqual([one]);
  const query = `?account=account-1&type=x.y`;
  const page = await world.operator.page(`/webhooks${query}`);
  expect(page.replaceAll("&amp;", "&")).toContain(`href="/webhooks/replay${query}"`);
  const answer = await world.operator.submit(`/webhooks/replay${query}`);
  expect(answer.headers.get("location")).toBe(`/webhooks${query}`);
  expect(await world.operator.page(`/webhooks${query}`)).toContain("1 put back");
  expect((await world.replays()).toSorted()).toEqual([one, other].toSorted());
  expect((await world.operator.send("/webhooks/replay?account=account-")).status).toBe(400);
});

test("a viewer sees everything and is refused every change, and so is a form without its token", async () => {
  const world = await setup();
  const { endpointId } = await world.addEndpoint("endpoint-1");
  const id = await world.keep({ endpointId });
  const changes = [
    addPath,
    ...["give-key", "rotate", "pause", "resume", "remove"].map(
      (name) => `/webhooks/endpoints/${endpointId}/do/${name}`,
    ),
    `${deliveryPath(id)}/do/replay`,
    "/webhooks/replay?account=account-1",
  ];
  for (const path of changes) {
    expect([path, (await world.viewer.send(path)).status]).toEqual([path, 403]);
    const body = new URLSearchParams({ key });
    for (const who of [world.viewer, world.operator])
      expect([path, (await who.send(path, { method: "POST", body })).status]).toEqual([path, 403]);
  }
  for (const path of [
    "/webhooks?account=account-1",
    "/webhooks/endpoints",
    `/webhooks/endpoints/${endpointId}`,
    deliveryPath(id),
  ]) {
    const page = await world.viewer.page(path);
    expect([path, page.includes("endpoi") || page.includes("sites.asset.enter")]).toEqual([path, true]);
    expect([path, page.includes("/do/"), page.includes("/webhooks/replay")]).toEqual([path, false, false]);
  }
  expect(await world.replays()).toEqual([]);
  expect(await world.store.audit.of(installationId, 5)).toEqual([]);
});

test("without WEBHOOK_KEY no endpoint is made, and the page says what to set", async () => {
  const world = await startBoard(inject("redisUrl"));
  await seedAccounts(world.mongodbUrl, ["account-1"], () => ({}));
  const visitor = await visit(world.url, operator);
  const answer = await visitor.submit(addPath);
  expect([answer.status, await answer.text()]).toEqual([
    409,
    expect.stringContaining("WEBHOOK_KEY is not set here"),
  ]);
  expect(await world.store.webhookEndpoints.ofInstallation(installationId)).toEqual([]);
  expect(await world.store.audit.of(installationId, 5)).toEqual([]);
});
