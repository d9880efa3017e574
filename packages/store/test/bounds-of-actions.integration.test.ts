import type { SealedText } from "@fleetkeeper/model";
import { expect, test } from "vitest";
import { at, installationId, installOf, setup } from "./world.ts";

const daySeconds = 86_400;

test("the audit log keeps the newest thousand of a subject, and none older than two years", async () => {
  const { store, db } = await setup();
  const entryOf = (seconds: number) => ({ at: at(seconds), who: "w", action: "pause", installationId });
  const old = Array.from({ length: 1_005 }, (_, index) => ({
    ...entryOf(index),
    _id: `${installationId}/${at(index).toISOString()}-x`,
  }));
  await db.collection<{ _id: string }>("audit").insertMany(old);
  await store.audit.add({ at: at(0), who: "w", action: "retry failed jobs", queue: "sync" });
  await store.audit.add(entryOf(2_000));
  const kept = await store.audit.of(installationId, 2_000);
  expect([kept.length, kept[0]?.at, kept.at(-1)?.at]).toEqual([1_000, at(2_000), at(6)]);
  await store.audit.add(entryOf(740 * daySeconds));
  expect(await store.audit.of(installationId, 2_000)).toHaveLength(1);
  expect(await store.audit.ofQueue("sync", 10)).toHaveLength(1);
});

test("unrecognised callbacks: the newest hundred of an account, and none older than 90 days", async () => {
  const { store, db } = await setup();
  const keep = (job: string, seconds: number) =>
    store.keepUnrecognised(job, {
      installationId,
      irisAppId: "@a/b",
      accountId: "1",
      type: "NEW",
      sealedBody: "s" as SealedText,
      receivedAt: at(seconds),
    });
  for (let index = 0; index < 103; index++) await keep(`${installationId}.${index}`, index);
  const kept = db.collection("unrecognisedCallbacks");
  expect(await kept.countDocuments()).toBe(100);
  expect(await kept.countDocuments({ receivedAt: { $lt: at(3) } })).toBe(0);
  await keep("@a.b.other.1", 91 * daySeconds);
  expect(await kept.countDocuments()).toBe(1);
});

test("tombstones go after 400 days, when another account is forgotten", async () => {
  const { store, db } = await setup();
  await store.forget(installationId, at(0), []);
  const other = { ...installOf("1"), installationId: "@a.b.2" as typeof installationId, accountId: "2" };
  await store.forget(other.installationId, at(401 * daySeconds), []);
  expect((await db.collection("forgotten").find().toArray()).map(({ _id }) => _id)).toEqual(["@a.b.2"]);
});
