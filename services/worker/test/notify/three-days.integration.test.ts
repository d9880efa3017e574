// What three days of failures end in, with a clock that is moved to each next try.

import { createGuardedFetch } from "@fleetkeeper/http";
import {
  asInstallationId,
  type Generation,
  installationIdOf,
  irisAppIdOf,
  type SealedText,
} from "@fleetkeeper/model";
import { createReceiverActions, receiverStanding } from "@fleetkeeper/operator";
import { createOpen, createSealFor, generateSealingKey } from "@fleetkeeper/sealing";
import { createLog } from "@fleetkeeper/telemetry";
import { testStore } from "@fleetkeeper/test-worlds";
import { expect, onTestFinished, test } from "vitest";
import { createWorkerMetrics } from "../../src/metrics.ts";
import { createDeliver } from "../../src/notify/deliver.ts";
import { eventBody } from "../../src/notify/event-body.ts";
import { createTell } from "../../src/notify/tell.ts";
import { deliveriesForMs } from "../../src/retry.ts";
import { startReceiver } from "./receiver.ts";

/** Of what `actions.test` sends. */
const installationId = asInstallationId("test");
const startedAt = new Date("2030-01-01T00:00:00Z");

async function setup(answer: Parameters<typeof startReceiver>[0]) {
  const { store } = await testStore();
  const receiver = await startReceiver(answer);
  const fetch = createGuardedFetch({ allowPrivate: true, timeoutMs: 15_000, maxBytes: 16_384 });
  onTestFinished(async () => {
    await fetch.close();
    await receiver.close();
  });
  const { publicKey, privateKey } = await generateSealingKey();
  const clock = { now: startedAt };
  const actions = createReceiverActions({
    store,
    sealSecret: await createSealFor(publicKey, "notify-secret"),
    checkUrl: (url) => new URL(url),
    now: () => clock.now,
  });
  const { receiver: row, secret } = await actions.add("olive", { url: receiver.url });
  receiver.secrets.push(secret);
  const lines: string[] = [];
  const metrics = createWorkerMetrics();
  const tell = createTell({
    store,
    // Anyone who verifies looks at the real time.
    deliver: createDeliver({ fetch, open: await createOpen({ keys: [privateKey] }), now: () => new Date() }),
    bodyOf: (event) => eventBody(event, { store, open: undefined }),
    log: createLog({
      service: "worker",
      level: "error",
      destination: { write: (line: string) => void lines.push(line) },
    }),
    metrics,
    now: () => clock.now,
  });
  const id = row._id;
  return {
    ...{ store, receiver, actions, clock, id, lines, metrics },
    tell: (ofAccount = installationId) =>
      tell({ payload: { installationId: ofAccount, receiverId: id }, signal: new AbortController().signal }),
    /** When the next try is due; null where none is. */
    dueAt: async () => (await store.events.lanes.find(installationId, id))?.dueAt ?? null,
  };
}

test("a receiver that accepts nothing for three days is disabled, which is logged, audited, counted and shown; once enabled, it gets all waiting events in order", async () => {
  let status = 500;
  const world = await setup(() => ({ status }));
  const { store, receiver, actions, clock, id, lines, metrics, tell, dueAt } = world;
  const sent: string[] = [];
  for (let count = 0; count < 3; count++) sent.push((await actions.test("olive", id)).eventId);
  const waitingSince = () => store.events.lanes.waitingSince([id]);
  expect(await waitingSince()).toEqual(startedAt);
  let tries = 0;
  for (; (await actions.find(id)).disabled === null && tries < 20; tries++) {
    clock.now = (await dueAt()) ?? clock.now;
    expect((await tell()).told).toBe(0);
  }
  expect(tries).toBe(10);
  expect(clock.now.getTime() - startedAt.getTime()).toBe(deliveriesForMs);
  const disabled = { why: "failing", code: "ERR_NOTIFY_STATUS", at: clock.now };
  expect(await actions.find(id)).toMatchObject({ disabled });
  expect([await dueAt(), await waitingSince()]).toEqual([null, startedAt]);

  expect(receiverStanding(await actions.find(id), clock.now)).toMatchObject({
    mood: "bad",
    label: "disabled",
  });
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ msg: "receiver disabled", why: "failing" }]);
  expect(await store.audit.ofTopic("receivers", 1)).toMatchObject([
    { who: "worker", action: `disable receiver ${id}: it failed for three days` },
  ]);
  const exported = await metrics.registry.metrics();
  expect(exported).toMatch(/^fleetkeeper_event_deliveries_total\{outcome="failed",service="worker"\} 10$/m);

  // While it is disabled nothing is sent, and nothing lost.
  await store.events.lanes.wakeAll(id, clock.now);
  expect(await tell()).toEqual({ outcome: "disabled", told: 0 });
  status = 204;
  await actions.enable("olive", id);
  expect(await tell()).toEqual({ outcome: "told", told: 3 });
  expect(receiver.taken.map((event) => event.id)).toEqual(sent);
  expect([(await actions.find(id)).failingSince, await waitingSince()]).toEqual([null, null]);
});

test("after three days in which no worker sent, no receiver is disabled and no event is abandoned", async () => {
  const { store, actions, clock, id, tell, dueAt } = await setup(() => ({ status: 500 }));
  const outcomes = async () =>
    (await actions.deliveries({ receiverId: id, limit: 9 })).rows.map(({ outcome }) => outcome).reverse();
  // Its account is forgotten before the second try.
  await actions.test("olive", id);
  await tell();
  const lane = await store.events.lanes.find(installationId, id);
  if (lane !== null) await store.events.lanes.remove(lane);
  clock.now = new Date(startedAt.getTime() + 2 * deliveriesForMs);
  await actions.test("olive", id);
  await tell();
  expect([(await actions.find(id)).disabled, await outcomes()]).toEqual([null, ["failed", "failed"]]);
  // No worker runs for as long again.
  clock.now = new Date(startedAt.getTime() + 4 * deliveriesForMs);
  await tell();
  expect([(await actions.find(id)).disabled, (await outcomes()).at(-1)]).toEqual([null, "failed"]);
  // Three days of tries are still what it takes.
  const again = clock.now;
  for (let tries = 0; (await actions.find(id)).disabled === null && tries < 20; tries++) {
    clock.now = (await dueAt()) ?? clock.now;
    await tell();
  }
  expect((await actions.find(id)).disabled).toMatchObject({ why: "failing" });
  // From the first try on, but for the days without one.
  expect(clock.now.getTime() - again.getTime()).toBeGreaterThan(deliveriesForMs - 6_000);
  expect(await outcomes()).not.toContain("given-up");
});

test("if other deliveries succeed meanwhile, an event that fails for three days is abandoned, and the next is sent", async () => {
  let refused: string | undefined;
  const world = await setup(({ id }) => {
    refused ??= id;
    return { status: id === refused ? 500 : 204 };
  });
  const { store, receiver, actions, clock, id, tell, dueAt } = world;
  await actions.test("olive", id);
  const { eventId: next } = await actions.test("olive", id);
  for (let tries = 0; receiver.taken.length === 0 && tries < 20; tries++) {
    clock.now = (await dueAt()) ?? clock.now;
    await tell();
    const row = await store.events.receivers.find(id);
    if (row !== null) await store.events.receivers.noteSuccess(row, clock.now);
  }
  expect(receiver.taken.map((event) => event.id)).toEqual([next]);
  expect(await store.events.lanes.waitingSince([id])).toBeNull();
  expect((await actions.find(id)).disabled).toBeNull();
  const { rows } = await actions.deliveries({ receiverId: id, limit: 3, eventId: refused ?? "" });
  expect(rows.map(({ outcome, attempt }) => [outcome, attempt])).toEqual([
    ["given-up", 10],
    ["failed", 9],
    ["failed", 8],
  ]);
});

test("a receiver that is bound to one app gets and shows nothing more of another app's accounts", async () => {
  let status = 500;
  const { store, receiver, actions, clock, id, tell } = await setup(() => ({ status }));
  await store.events.refresh();
  const accounts = [installationIdOf("@kept/app", "a"), installationIdOf("@other/app", "b")];
  const generation = "1" as Generation;
  for (const [index, _id] of accounts.entries()) {
    const install = {
      ...{ installationId: _id, irisAppId: irisAppIdOf(_id) ?? "", accountId: "ab"[index] ?? "" },
      ...{ generation, receivedAt: startedAt, sealedCredential: "s" as SealedText, clientIdFingerprint: "f" },
    };
    await store.install(install, { requestedScopes: [], sealKeyId: "k" }, []);
    await store.promote(_id, generation, { requestedScopes: [], isSame: false, keptMs: 1, now: startedAt });
  }
  await store.events.relay.step(startedAt);
  for (const _id of accounts) expect(await tell(_id)).toMatchObject({ outcome: "failed" });
  const shown = async () => {
    const { rows } = await actions.deliveries({ receiverId: id, limit: 9 });
    return new Set(rows.map(({ installationId }) => installationId));
  };
  expect(await shown()).toEqual(new Set(accounts));

  await actions.update("olive", id, { irisAppId: "@kept/app" });
  status = 204;
  clock.now = new Date(startedAt.getTime() + 60_000);
  expect(await tell(accounts[0])).toEqual({ outcome: "told", told: 1 });
  expect(await tell(accounts[1])).toEqual({ outcome: "nothing", told: 0 });
  expect(receiver.taken).toHaveLength(1);
  expect(await shown()).toEqual(new Set([accounts[0]]));
});
