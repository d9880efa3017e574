import type { SealedText, WebhookDelivery } from "@fleetkeeper/model";
import { expect, test } from "vitest";
import { maxEndpoints, nextUsualGap, webhookBounds } from "../src/index.ts";
import { at, installationId, installOf, setup } from "./world.ts";

const key = (name: string) => `sealed ${name}` as SealedText;
const delivery = (n: number, changes: Partial<WebhookDelivery> = {}): WebhookDelivery => ({
  installationId,
  endpointId: "e",
  messageId: `msg_${n}`,
  type: "alerts.asset.on",
  receivedAt: at(n),
  bytes: 2,
  sealedPayload: "sealed" as SealedText,
  ...changes,
});
const result = { firstToken: 0, outcome: "no-sync" as const, refreshed: [] };

test("a message is kept once, even if it is delivered many times and by many", async () => {
  const { store } = await setup();
  const kept = await Promise.all(
    Array.from({ length: 10 }, () => store.webhookDeliveries.keep(delivery(1), result)),
  );
  expect(kept.filter(Boolean)).toHaveLength(1);
  const other = delivery(1, { endpointId: "other" });
  expect(await store.webhookDeliveries.keep(other, result)).toBe(true);
});

test("the list has the newest first, page by page, and only the requested ones", async () => {
  const { store } = await setup();
  for (let n = 0; n < 7; n++)
    await store.webhookDeliveries.keep(
      delivery(n, { receivedAt: at(Math.floor(n / 2)), type: n % 2 === 0 ? "a.b" : null }),
      result,
    );
  const seen: string[] = [];
  let after: Awaited<ReturnType<typeof store.webhookDeliveries.list>>["next"];
  do {
    const page = await store.webhookDeliveries.list({ installationId, limit: 3, ...(after && { after }) });
    seen.push(...page.rows.map(({ messageId }) => messageId));
    after = page.next;
  } while (after !== undefined);
  expect(seen).toHaveLength(7);
  expect(new Set(seen).size).toBe(7);
  expect(seen[0]).toBe("msg_6");
  const typed = await store.webhookDeliveries.list({ type: "a.b", from: at(1), to: at(3), limit: 10 });
  expect(typed.rows.map(({ messageId }) => messageId)).toEqual(["msg_4", "msg_2"]);
});

test("an account keeps its newest deliveries, and none for longer than a month", async () => {
  const { store, db } = await setup();
  const many = Array.from({ length: webhookBounds.count + 50 }, (_, n) => ({
    _id: `${installationId}/old-${n}`,
    installationId,
    receivedAt: at(n),
  }));
  await db.collection("webhookDeliveries").insertMany(many as never[]);
  await store.webhookDeliveries.keep(delivery(5_000), result);
  expect(await db.collection("webhookDeliveries").countDocuments()).toBe(webhookBounds.count);
  const nextMonth = new Date(at(5_000).getTime() + webhookBounds.ms + 1_000);
  await store.webhookDeliveries.keep(delivery(1, { endpointId: "f", receivedAt: nextMonth }), result);
  await store.webhookDeliveries.tidy(nextMonth);
  expect(await db.collection("webhookDeliveries").countDocuments()).toBe(1);
});

test("a second key is valid together with the first for a time, and of two rotations at once one succeeds", async () => {
  const { store } = await setup();
  const added = await store.webhookEndpoints.add({
    installationId,
    endpointId: "e",
    events: [],
    sealedKey: key("1"),
    now: at(0),
  });
  const rotated = await Promise.all(
    ["2", "3"].map((name) =>
      store.webhookEndpoints.rotate(added, key(name), { oldUntil: at(60), now: at(1) }),
    ),
  );
  expect(rotated.toSorted()).toEqual([false, true]);
  const found = await store.webhookEndpoints.findByEndpointId("e");
  expect(found?.keys).toHaveLength(2);
  expect(found?.keys[1]).toEqual({ sealed: key("1"), addedAt: at(0), until: at(60) });
});

test("an endpoint that changed while the ingress was notified of it is told again", async () => {
  const { store } = await setup();
  await store.webhookEndpoints.add({ installationId, endpointId: "e", events: [], now: at(0) });
  const [due] = await store.webhookEndpoints.due(at(1), 10);
  if (due === undefined) throw new Error("it is not due");
  await store.webhookEndpoints.setState(due._id, "removed", at(2));
  await store.webhookEndpoints.published(due, at(3_600));
  expect(await store.webhookEndpoints.due(at(3), 10)).toHaveLength(1);
  expect(await store.webhookEndpoints.ofInstallation(installationId)).toEqual([]);
  await store.webhookEndpoints.setState(due._id, "active", at(4));
  expect(await store.webhookEndpoints.findByEndpointId("e")).toBeNull();
});

test("after a restore of MongoDB the ingress is notified of every endpoint", async () => {
  const { store } = await setup();
  const endpoint = await store.webhookEndpoints.add({
    installationId,
    endpointId: "e",
    events: [],
    now: at(0),
  });
  await store.webhookEndpoints.published(endpoint, at(3_600));
  await store.afterRestore(at(2));
  expect(await store.webhookEndpoints.due(at(2), 10)).toHaveLength(1);
});

test("an account has a bounded number of endpoints, and none when it is forgotten", async () => {
  const { store } = await setup();
  await store.install(installOf("1"), { requestedScopes: [], sealKeyId: "k" }, []);
  const add = (n: number) =>
    store.webhookEndpoints.add({ installationId, endpointId: `e${n}`, events: [], now: at(0) });
  for (let n = 0; n < maxEndpoints; n++) await add(n);
  await expect(add(99)).rejects.toMatchObject({ code: "ERR_TOO_MANY_ENDPOINTS" });
  await store.webhookDeliveries.keep(delivery(1), result);
  await store.forget(installationId, at(10), []);
  expect(await store.webhookEndpoints.list(100)).toEqual([]);
  expect((await store.webhookDeliveries.list({ limit: 10 })).rows).toEqual([]);
});

test("the usual silence follows the longest one, and forgets it within weeks", () => {
  const day = 86_400;
  const endpoint = { lastDeliveryAt: at(0), usualGapMs: 0 };
  expect(nextUsualGap(endpoint, at(day))).toBe(day * 1_000);
  const busy = { lastDeliveryAt: at(0), usualGapMs: day * 1_000 };
  expect(nextUsualGap(busy, at(1))).toBeGreaterThan(day * 999);
  expect(nextUsualGap({ ...busy, usualGapMs: 28 * day * 1_000 }, at(7 * day))).toBe(14 * day * 1_000);
  expect(nextUsualGap(busy, at(-1))).toBe(day * 1_000);
});
