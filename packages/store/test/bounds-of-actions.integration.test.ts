import { startMongoProxy } from "@fleetkeeper/local-stack";
import type { SealedText } from "@fleetkeeper/model";
import { expect, onTestFinished, test } from "vitest";
import { openStore } from "../src/index.ts";
import { at, installationId, installOf, setup } from "./world.ts";

const daySeconds = 86_400;

test("the audit log keeps two years, and the newest where there are too many; adding removes nothing", async () => {
  const { store } = await setup();
  const entryOf = (seconds: number) => ({ at: at(seconds), who: "w", action: "pause", installationId });
  for (const seconds of [0, 1, 2, 3]) await store.audit.add(entryOf(seconds));
  await store.audit.add({ at: at(800 * daySeconds), who: "w", action: "log in", topic: "logins" });
  expect(await store.audit.of(installationId, 10)).toHaveLength(4);
  await store.audit.tidy(at(4), 3);
  expect((await store.audit.of(installationId, 10)).map((entry) => entry.at)).toEqual([at(3), at(2)]);
  await store.audit.tidy(at(800 * daySeconds));
  expect(await store.audit.of(installationId, 10)).toEqual([]);
  expect(await store.audit.ofTopic("logins", 10)).toHaveLength(1);
});

test("if the user may not delete from the audit log, the clean-up reports no fault", async () => {
  const { mongodbUrl } = await setup();
  const proxy = await startMongoProxy(mongodbUrl);
  const store = await openStore({ mongodbUrl: proxy.url });
  onTestFinished(async () => {
    await store.close();
    await proxy.close();
  });
  await store.audit.add({ at: at(0), who: "w", action: "pause", installationId });
  proxy.add({ command: "delete", collection: "audit", when: "before", fault: { refuse: "Unauthorized" } });
  await store.audit.tidy(at(800 * daySeconds));
  expect(await store.audit.of(installationId, 10)).toHaveLength(1);
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
