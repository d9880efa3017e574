import { eventTypes, type SealedText } from "@fleetkeeper/model";
import { expect, test } from "vitest";
import { attemptBounds, eventBounds, maxReceivers, maxReplays } from "../src/index.ts";
import { addReceiver, receiverId, told } from "./events/world.ts";
import { at, installationId, installOf, putInForce, setup } from "./world.ts";

const numbered = <Result>(count: number, make: (index: number) => Result) =>
  Array.from({ length: count }, (_, index) => make(index));
const textOf = (index: number) => String(index).padStart(12, "0");

test("there are at most 50 receivers", async () => {
  const { store, db } = await setup();
  const receivers = db.collection<{ _id: string }>("eventReceivers");
  await receivers.insertMany(numbered(maxReceivers - 1, (index) => ({ _id: `rcv_${index}` })));
  const one = { url: "u", description: "", events: [], irisAppId: null, createdAt: at(0), createdBy: "w" };
  const add = (id: string) => store.events.receivers.add({ ...one, id, sealedSecret: "s" as SealedText });
  expect([await add("last"), await add("one more")]).toEqual([true, false]);
});

test("the log of events keeps the newest of an account, and none for longer than two weeks", async () => {
  const { store, db } = await setup();
  await addReceiver(store, [...eventTypes]);
  const log = db.collection<{ _id: string }>("eventLog");
  const old = (index: number) => ({ _id: `${installationId}/${textOf(index + 1)}`, at: at(index), to: [] });
  for (let part = 0; part < 2; part++)
    await log.insertMany(numbered(eventBounds.count / 2, (index) => old(part * 5_000 + index)));
  await putInForce(store, installOf("1"));
  for (let index = 0; index < 50; index++) {
    const refused = { at: at(index), outcome: "refused", code: "X" } as const;
    await store.revoke(installationId, "1" as never, refused, at(9_999));
    const result = { at: at(index), outcome: "granted", expiresAt: at(9_999) } as const;
    const granted = { result, grantedScopes: [], prewarmAt: at(9_999) };
    await store.installations.noteGrant(installationId, "1" as never, granted);
  }
  await store.events.relay.step(at(20_000));
  expect(await log.countDocuments()).toBeLessThanOrEqual(eventBounds.count);
  expect(await log.findOne({ _id: `${installationId}/${textOf(1)}` })).toBeNull();
  await store.events.tidy(new Date(at(20_000).getTime() + eventBounds.ms));
  expect(await log.countDocuments()).toBe(0);
  // A lane that has come so far is notified of what comes after.
  await db.collection("eventLanes").updateOne({}, { $set: { delivered: eventBounds.count + 101 } });
  await putInForce(store, { ...installOf("2"), receivedAt: at(6) });
  expect(await told(store, at(20_001))).toHaveLength(1);
});

test("a receiver has one lane per account, for any number of events, and a hundred replays at most", async () => {
  const { store, db } = await setup();
  await addReceiver(store, [...eventTypes]);
  for (let index = 1; index <= 3; index++) {
    await putInForce(store, { ...installOf(textOf(index)), receivedAt: at(index) });
    await told(store, at(10 + index));
  }
  const [event] = await db.collection("eventLog").find().toArray();
  await db
    .collection("eventLanes")
    .updateOne({}, { $set: { replays: numbered(maxReplays - 1, (index) => index + 100) } });
  const replay = () => store.events.lanes.replay(event as never, receiverId, at(20));
  expect([await replay(), await replay()]).toEqual([true, false]);
  expect(await db.collection("eventLanes").countDocuments()).toBe(1);
});

test("a receiver keeps its newest attempts, and none for longer than two weeks", async () => {
  const { store, db } = await setup();
  const attempts = db.collection<{ _id: string }>("eventAttempts");
  const _idOf = (index: number) => `${installationId}/${textOf(index)}`;
  await attempts.insertMany(
    numbered(attemptBounds.count, (index) => ({ _id: _idOf(index), receiverId, at: at(index) })),
  );
  const attempt = {
    installationId,
    firstToken: 0,
    receiverId,
    eventId: "e",
    type: "test",
    position: 1,
    attempt: 1,
    durationMs: 1,
    outcome: "delivered",
    status: 200,
    code: null,
    answer: "",
    nextAt: null,
  } as const;
  for (let index = 0; index < 100; index++)
    await store.events.attempts.add({ ...attempt, at: at(attemptBounds.count + index) });
  expect(await attempts.countDocuments()).toBe(attemptBounds.count);
  const { rows, next } = await store.events.attempts.list({ receiverId, limit: 2 });
  const more = await store.events.attempts.list({ receiverId, limit: 1, after: next ?? "" });
  expect([...rows, ...more.rows].map((row) => row.at)).toEqual(
    [99, 98, 97].map((index) => at(attemptBounds.count + index)),
  );
  await store.events.tidy(new Date(at(attemptBounds.count + 200).getTime() + attemptBounds.ms));
  expect(await attempts.countDocuments()).toBe(0);
});
