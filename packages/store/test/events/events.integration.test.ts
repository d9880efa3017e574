import { eventTypes, type Generation, type SealedText } from "@fleetkeeper/model";
import { expect, test } from "vitest";
import { gatherChangesMs, positionOf } from "../../src/index.ts";
import { installAccount } from "../acts.ts";
import { pageOf, pass, settlementOf, startedRun } from "../runs.ts";
import { at, installationId, installOf, putInForce, setup } from "../world.ts";
import { addReceiver, receiverId, told } from "./world.ts";

const granted = (seconds: number) => ({
  result: { at: at(seconds), outcome: "granted", expiresAt: at(seconds + 3_600) } as const,
  grantedScopes: [],
  prewarmAt: at(seconds + 2_000),
});
const refused = (seconds: number) =>
  ({ at: at(seconds), outcome: "refused", code: "ERR_TOKEN_INVALID_CLIENT" }) as const;
const generation = "1" as Generation;

test("an account's events are delivered in order: installed, refused once, restored, installed again, forgotten", async () => {
  const { store, db } = await setup();
  await addReceiver(store, [...eventTypes]);
  await putInForce(store, installOf("1"));
  await store.revoke(installationId, generation, refused(2), at(10));
  await store.revoke(installationId, generation, refused(3), at(10));
  await store.installations.noteGrant(installationId, generation, granted(4));
  await store.installations.noteGrant(installationId, generation, granted(5));
  await putInForce(store, { ...installOf("2"), receivedAt: at(6) });
  const first = await told(store, at(10));
  expect(first.map(({ type }) => type)).toEqual([
    "account.installed",
    "account.credential_refused",
    "account.credential_restored",
    "account.reinstalled",
  ]);
  expect(first.map(({ _id }) => positionOf(_id))).toEqual([1, 2, 3, 4]);
  expect(first[1]?.data).toEqual({ code: "ERR_TOKEN_INVALID_CLIENT" });

  await store.forget(installationId, at(20), ["assets"]);
  await store.forget(installationId, at(20), ["assets"]);
  const [last, ...more] = await told(store, new Date());
  expect([last?.type, more]).toEqual(["account.forgotten", []]);
  expect(positionOf(last?._id ?? "")).toBe(5);
  const left = await db.collection("eventLog").find().toArray();
  expect(left.map(({ type }) => type)).toEqual(["account.forgotten"]);

  await putInForce(store, { ...installOf("3"), receivedAt: new Date() });
  const again = await told(store, new Date());
  expect(again.map(({ type, _id }) => [type, positionOf(_id)])).toEqual([["account.installed", 6]]);
});

test("that an account was forgotten is told also when its last traces are deleted before it was delivered", async () => {
  const { store } = await setup();
  await addReceiver(store, ["account.installed", "account.forgotten"]);
  await putInForce(store, installOf("1"));
  await store.forget(installationId, at(20), []);
  await store.events.relay.step(new Date());
  await store.forget(installationId, at(20), []);
  expect((await told(store, new Date())).map(({ type }) => type)).toEqual(["account.forgotten"]);
});

test("runs report their success with counts, a failure when it is the first, and changes once for all in ten seconds", async () => {
  const { store } = await setup();
  await addReceiver(store, ["sync.succeeded", "sync.failing", "records.changed"]);
  await installAccount(store, installOf("1"), { names: ["assets"], resources: ["assets"], now: at(0) });
  const { run, clock } = await startedRun(store, at(1));
  await run.writePage(pageOf({ a: 1, b: 1 }, { more: true }));
  clock.now = at(4);
  await run.writePage(pageOf({ c: 1 }));
  await run.endPass();
  await run.settle(settlementOf(run, at(5)));
  const [succeeded, ...none] = await told(store, at(6));
  expect(none).toEqual([]);
  expect(succeeded).toMatchObject({
    type: "sync.succeeded",
    data: { sync: "assets", resource: "assets", records: 3, pages: 2, changes: { created: 3 } },
  });
  const changed = await told(store, new Date(at(1).getTime() + gatherChangesMs));
  expect(changed).toMatchObject([
    { type: "records.changed", data: { resource: "assets", changedSince: at(1).toISOString() } },
  ]);
  expect(await told(store, at(3_600))).toEqual([]);

  for (const seconds of [3_700, 3_800]) {
    const { run: failing } = await startedRun(store, at(seconds));
    const failures = failing.sync.failures + 1;
    const waiting = {
      for: "backoff",
      until: at(seconds),
      code: "X",
      attempt: failures,
      message: "m",
    } as const;
    const { ended, ...how } = settlementOf(failing, at(seconds));
    if (ended === undefined) throw new Error("no outcome");
    await failing.settle({ ...how, waiting, failures, ended: { ...ended, outcome: "failed", code: "X" } });
  }
  expect(await told(store, at(3_900))).toMatchObject([{ type: "sync.failing", data: { code: "X" } }]);
});

test("nothing is written where no receiver wants it", async () => {
  const { store, db } = await setup();
  await addReceiver(store, ["sync.failing"]);
  await installAccount(store, installOf("1"), { names: ["assets"], resources: ["assets"], now: at(0) });
  await pass(store, at(1), [{ a: 1 }]);
  await store.forget(installationId, at(2), []);
  for (const name of ["installations", "syncs", "forgotten"])
    expect(await db.collection(name).countDocuments({ outboxAt: { $exists: true } })).toBe(0);
});

test("workers that relay at once, and again after a crash, put each event into the log once and in order", async () => {
  const { store, db } = await setup();
  await addReceiver(store, [...eventTypes]);
  await addReceiver(store, ["account.installed"], "rcv_2");
  await putInForce(store, installOf("1"));
  for (let index = 1; index <= 6; index++) {
    await store.revoke(installationId, generation, refused(2 * index), at(100));
    await store.installations.noteGrant(installationId, generation, granted(2 * index + 1));
  }
  // As a worker leaves it that ends before it has cleared the outbox.
  const before = await db.collection("installations").findOne({});
  await Promise.all([1, 2, 3].map(() => store.events.relay.step(at(50))));
  await db
    .collection("installations")
    .updateOne({}, { $set: { outbox: before?.outbox, outboxAt: before?.outboxAt } });
  await Promise.all([1, 2, 3].map(() => store.events.relay.step(at(50))));
  const log = await db.collection("eventLog").find().sort({ _id: 1 }).toArray();
  expect(log.map(({ _id }) => positionOf(String(_id)))).toEqual(log.map((_, index) => index + 1));
  expect(log.map(({ type }) => type)).toEqual([
    "account.installed",
    ...Array.from({ length: 6 }, () => ["account.credential_refused", "account.credential_restored"]).flat(),
  ]);
  expect(await told(store, at(60))).toHaveLength(13);
  expect(await told(store, at(60), "rcv_2")).toHaveLength(1);
  expect(await db.collection("installations").countDocuments({ outboxAt: null })).toBe(1);
});

test("what arrives while a lane is read is not overlooked, and what waits after a failure is not tried early", async () => {
  const { store } = await setup();
  const { lanes, relay } = store.events;
  await addReceiver(store, [...eventTypes]);
  await putInForce(store, installOf("1"));
  await relay.step(at(1));
  let lane = await lanes.begin(installationId, receiverId, at(60));
  const event = lane && (await lanes.next(lane));
  if (!lane || !event) throw new Error("nothing to tell");
  lane = await lanes.advance(lane, event, at(60));
  await store.revoke(installationId, generation, refused(2), at(100));
  await relay.step(at(3));
  expect(lane && (await lanes.rest(lane))).toBe(false);

  const again = await lanes.begin(installationId, receiverId, at(60));
  if (!again) throw new Error("no lane");
  await lanes.failed(again, { failingSince: at(4), retryAt: at(500) });
  await store.installations.noteGrant(installationId, generation, granted(5));
  await relay.step(at(6));
  expect(await lanes.due(at(499), 10)).toEqual([]);
  expect(await lanes.due(at(500), 10)).toHaveLength(1);
  // The first job, which stalled, changes nothing any more.
  expect(lane && (await lanes.advance(lane, event, at(60)))).toBeNull();
});

test("an event can be told again, and everything since a time, in order", async () => {
  const { store } = await setup();
  await addReceiver(store, [
    "account.installed",
    "account.credential_refused",
    "account.credential_restored",
  ]);
  await putInForce(store, installOf("1"));
  await store.revoke(installationId, generation, refused(10), at(100));
  await store.installations.noteGrant(installationId, generation, granted(20));
  const [installed, second, third] = await told(store, at(30));
  if (!installed || !second || !third) throw new Error("not told");
  await store.events.lanes.replay(installed, receiverId, at(40));
  expect(await told(store, at(41))).toEqual([installed]);
  const row = await store.events.receivers.row(receiverId);
  if (row === null) throw new Error("no receiver");
  expect(await store.events.replaySince(row, at(9), at(50))).toBe(1);
  expect((await told(store, at(51))).map(({ id }) => id)).toEqual([second.id, third.id]);
});

test("a webhook of Trackunit's is reported with the delivery that keeps its payload", async () => {
  const { store } = await setup();
  await addReceiver(store, ["trackunit.webhook"]);
  const delivery = {
    ...{ installationId, endpointId: "e", messageId: "m", type: "alerts.asset.on", bytes: 1 },
    receivedAt: at(1),
    sealedPayload: "sealed" as SealedText,
  };
  await store.webhookDeliveries.keep(delivery, { firstToken: 0, outcome: "no-sync", refreshed: [] });
  const _id = store.webhookDeliveries.idOf(delivery);
  expect(await told(store, at(2))).toMatchObject([
    { type: "trackunit.webhook", data: { delivery: _id, eventType: "alerts.asset.on" } },
  ]);
});
