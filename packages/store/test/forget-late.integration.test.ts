// A forgetting that stalls at one of its deletions, while the account is forgotten by another worker and
// installed again.

import { startMongoProxy } from "@fleetkeeper/local-stack";
import type { SealedText } from "@fleetkeeper/model";
import { expect, onTestFinished, test } from "vitest";
import { openStore } from "../src/index.ts";
import { installAccount } from "./acts.ts";
import { addReceiver, told } from "./events/world.ts";
import { followed, liveRecords, pass } from "./runs.ts";
import { at, installationId, installOf, setup, syncId, type TestStore } from "./world.ts";

const resources = ["assets"];
const how = (seconds: number) => ({ names: ["assets"], resources, now: at(seconds) });

test.each([
  "accounts",
  "installations",
  "unrecognisedCallbacks",
  "syncs",
  "runs",
  "changes",
  "passPages",
  "setAside",
  "feedCursors",
  "eventAttempts",
  "eventLanes",
  "eventLog",
  "webhookDeliveries",
  "webhookEndpoints",
  "assets",
])(
  "a deletion of `%s` that stalls and continues later deletes nothing of the account that was installed again",
  async (collection) => {
    const { store, db, mongodbUrl } = await setup();
    const proxy = await startMongoProxy(mongodbUrl);
    const stalling = await openStore({ mongodbUrl: proxy.url, indexes: "leave" });
    onTestFinished(async () => {
      await stalling.close();
      await proxy.close();
    });
    await addReceiver(store, ["account.installed", "account.forgotten", "sync.succeeded"]);
    await installAccount(store, installOf("1"), how(0));
    await pass(store, at(1), [{ a: 1, b: 1 }, { c: 1 }]);
    const confirmed = async () => {
      const position = (await store.syncs.find(syncId))?.feedHead ?? "";
      await store.feed.confirm("reader", { syncId, position });
      return position;
    };
    await confirmed();
    await webhooks(store, "first");
    await store.events.relay.step(at(2));
    const { promise: holdUntil, resolve: letGo } = Promise.withResolvers<void>();
    const { met } = proxy.add({ command: "delete", collection, when: "before", fault: { holdUntil } });
    const late = stalling.forget(installationId, at(2), resources);
    await Promise.race([met, late]);

    await store.forget(installationId, at(2), resources);
    await installAccount(store, { ...installOf("2"), receivedAt: at(3) }, how(3));
    await pass(store, at(4), [{ a: 2, b: 2 }, { d: 2 }]);
    const position = await confirmed();
    await webhooks(store, "second");
    await store.events.relay.step(new Date());
    const before = { sync: await store.syncs.find(syncId), runs: await store.syncs.runsOf(syncId, 10) };
    letGo();
    await late;

    expect(before.sync?.lastSuccessAt).toEqual(at(4));
    expect(await store.syncs.find(syncId)).toEqual(before.sync);
    expect(await store.syncs.runsOf(syncId, 10)).toEqual(before.runs);
    expect(await liveRecords(db)).toEqual({ a: 2, b: 2, d: 2 });
    expect(await followed(store)).toEqual({ a: 2, b: 2, d: 2 });
    const cursors = db.collection<{ _id: string }>("feedCursors");
    expect(await cursors.findOne({ _id: `${syncId}/reader` })).toMatchObject({ position });
    const [endpoint, ...others] = await store.webhookEndpoints.ofInstallation(installationId);
    expect([endpoint?.endpointId, others]).toEqual(["second", []]);
    const { rows } = await store.webhookDeliveries.list({ installationId, limit: 10 });
    expect(rows.map(({ endpointId }) => endpointId)).toEqual(["second"]);
    const types = (await told(store, new Date())).map(({ type }) => type);
    expect(types.slice(-2)).toEqual(["account.installed", "sync.succeeded"]);
    const installation = await store.installations.find(installationId);
    expect(installation).toMatchObject({ generation: "2" });
    const named = { installationId };
    expect(await db.collection("accounts").findOne(named)).toMatchObject(named);
  },
);

/** An endpoint with one delivery. */
async function webhooks(store: TestStore, endpointId: string) {
  const { firstToken } = await store.webhookEndpoints.add({
    installationId,
    endpointId,
    events: [],
    now: at(0),
  });
  const sealedPayload = "sealed" as SealedText;
  const message = { messageId: "m", type: null, receivedAt: at(0), bytes: 0, sealedPayload };
  const came = { firstToken, outcome: "no-sync" as const, refreshed: [] };
  await store.webhookDeliveries.keep({ installationId, endpointId, ...message }, came);
}
