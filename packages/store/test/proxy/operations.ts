// The operations of the store that write, for the tests that run each through every answer of MongoDB. An
// operation that may be repeated after it failed belongs here.

import { type Generation, type SealedText, syncIdOf } from "@fleetkeeper/model";
import type { Store } from "../../src/index.ts";
import { at, how, installationId, installOf, promote, putInForce, syncId } from "../world.ts";
import { installed, type Operation } from "./operation.ts";
import { syncOperations } from "./sync-operations.ts";

export const resources = ["assets"];

const generation = "1" as Generation;
const granted = {
  result: { at: at(10), outcome: "granted", expiresAt: at(3_610) } as const,
  grantedScopes: ["asset.view"],
  prewarmAt: at(2_000),
};
const refused = { at: at(10), outcome: "refused", code: "ERR_TOKEN_INVALID_CLIENT" } as const;
const failed = { at: at(10), outcome: "failed", code: "ERR_TOKEN_UNAVAILABLE" } as const;

const candidate = installOf("2");
const firstKey = { sealed: "first" as SealedText, addedAt: at(0), until: null };
const addEndpoint = (store: Store) =>
  store.webhookEndpoints.add({
    installationId,
    endpointId: "e",
    sealedKey: firstKey.sealed,
    events: [],
    now: at(0),
  });
const add = (store: Store) => store.install(candidate, how, resources);

export const operations: Record<string, Operation> = {
  "a first install": {
    run: (store) => store.install(installOf("1"), how, resources),
    writes: [
      ["update", "accounts"],
      ["insert", "installations"],
    ],
  },
  "a newer install": {
    before: installed,
    run: add,
    writes: [["update", "installations"]],
  },
  "a candidate that takes over": {
    before: async (store) => {
      await installed(store);
      await add(store);
    },
    run: async (store) => {
      const outcome = await promote(store, candidate);
      await store.plan(installationId, ["assets", "sites"], at(1));
      return outcome === "same" ? "promoted" : outcome;
    },
    writes: [
      ["update", "installations"],
      ["update", "syncs"],
    ],
    counts: true,
  },
  "a candidate that is refused": {
    before: add,
    run: (store) =>
      store.credentials.refuse(installationId, candidate.generation, { at: at(1), code: "ERR_X" }),
    writes: [["update", "installations"]],
  },
  "a former credential that is brought back": {
    before: async (store) => {
      await installed(store);
      await add(store);
      await promote(store, candidate);
    },
    run: async (store) =>
      (await store.credentials.bringBack(installationId, { now: at(2) }))?.clientIdFingerprint,
    writes: [["update", "installations"]],
    counts: true,
  },
  "a plan": {
    before: (store) => putInForce(store, installOf("1")),
    run: (store) => store.plan(installationId, ["assets", "sites"], at(0)),
    writes: [["insert", "syncs"]],
  },
  "a grant": {
    before: installed,
    run: (store) => store.installations.noteGrant(installationId, generation, granted),
    writes: [["findAndModify", "installations"]],
  },
  "a grant that ends a refusal": {
    before: async (store) => {
      await installed(store);
      await store.revoke(installationId, generation, refused, at(3_600));
    },
    run: async (store) => {
      await store.installations.noteGrant(installationId, generation, granted);
      await store.align(installationId, at(11));
    },
    writes: [
      ["findAndModify", "installations"],
      ["update", "syncs"],
    ],
  },
  "a failed request": {
    before: installed,
    run: (store) => store.installations.noteFailure(installationId, generation, failed, at(60)),
    writes: [["update", "installations"]],
    counts: true,
  },
  "a refusal": {
    before: installed,
    run: (store) => store.revoke(installationId, generation, refused, at(3_600)),
    writes: [
      ["update", "installations"],
      ["update", "syncs"],
    ],
    counts: true,
  },
  "a pause": {
    before: installed,
    run: (store) => store.pause(installationId, at(5)),
    writes: [
      ["update", "installations"],
      ["update", "syncs"],
    ],
  },
  "the end of a pause": {
    before: async (store) => {
      await installed(store);
      await store.pause(installationId, at(5));
    },
    run: (store) => store.resume(installationId, at(6)),
    writes: [["update", "syncs"]],
  },
  "a prewarm that is taken": {
    before: installed,
    run: (store) => store.installations.claimPrewarm({ _id: installationId, prewarmAt: at(0) }, at(600)),
    writes: [["update", "installations"]],
  },
  "a token that nobody needs": {
    before: async (store) => {
      await installed(store);
      await store.installations.noteGrant(installationId, generation, granted);
    },
    async run(store) {
      const found = await store.installations.find(installationId);
      if (found !== null) await store.installations.noteUnused(found, { neededAt: null, lookAt: at(9_000) });
    },
    writes: [["update", "installations"]],
  },
  "an account that is forgotten": {
    before: installed,
    run: (store) => store.forget(installationId, at(100), resources),
    counts: true,
    writes: [
      ["findAndModify", "forgotten"],
      ["update", "forgotten"],
      ["delete", "accounts"],
      ["delete", "installations"],
      ["delete", "syncs"],
      ["delete", "assets"],
      ["delete", "feedCursors"],
      ["delete", "webhookDeliveries"],
      ["delete", "webhookEndpoints"],
    ],
  },
  "an unrecognised callback": {
    run: (store) =>
      store.keepUnrecognised(`${installationId}.job`, {
        installationId,
        irisAppId: "@a/b",
        accountId: "1",
        type: "NEW",
        sealedBody: "sealed" as SealedText,
        receivedAt: at(0),
      }),
    writes: [["update", "unrecognisedCallbacks"]],
  },
  "a confirmed entry of the feed": {
    before: installed,
    run: (store) => store.feed.confirm("test", { syncId, position: "1" }),
    writes: [["update", "feedCursors"]],
  },
  "an endpoint for webhooks": {
    run: addEndpoint,
    writes: [["insert", "webhookEndpoints"]],
  },
  "a new key of an endpoint": {
    before: addEndpoint,
    run: (store) =>
      store.webhookEndpoints.rotate(
        { _id: `${installationId}/e`, keys: [firstKey] },
        "second" as SealedText,
        { oldUntil: at(60), now: at(1) },
      ),
    writes: [["update", "webhookEndpoints"]],
  },
  "a webhook that is kept": {
    run: async (store) => {
      await store.webhookDeliveries.keep(
        {
          installationId,
          endpointId: "e",
          messageId: "m",
          type: null,
          receivedAt: at(1),
          bytes: 0,
          sealedPayload: "sealed" as SealedText,
        },
        { firstToken: 0, outcome: "no-sync", refreshed: [] },
      );
    },
    writes: [["insert", "webhookDeliveries"]],
  },
  "a sync that a webhook makes due": {
    before: async (store) => {
      await installed(store);
      await store.syncs.runNow(syncId, at(3_600));
    },
    run: async (store) => {
      for (const name of ["assets", "sites"])
        await store.syncs.refresh(syncIdOf(installationId, name), "d", at(1));
    },
    writes: [["update", "syncs"]],
  },
  "what operators are to be told": {
    run: async (store) => {
      if ((await store.notifications.hold("board", at(1), at(10))) === null)
        throw new Error("looked at later");
      await store.notifications.write("board", { standing: [], outbox: [] });
      await store.notifications.noteTry("email", at(1), "ERR_NOTIFICATION_REFUSED");
    },
    writes: [
      ["findAndModify", "notifications"],
      ["update", "notifications"],
      ["update", "notifications"],
      ["update", "notifications"],
    ],
  },
  "documents of an earlier version that are brought up to date": {
    before: async (store, db) => {
      await installed(store);
      await db.collection("installations").updateMany({}, { $unset: { candidates: "" } });
    },
    run: async (store) => {
      const isDone = await store.migrations.migrate({ holder: "worker", now: () => at(1) });
      if (!isDone) throw new Error("another one is at it");
    },
    writes: [
      ["findAndModify", "schema"],
      ["update", "installations"],
      ["update", "accounts"],
      ["findAndModify", "schema", 4],
    ],
  },
  ...syncOperations,
};
