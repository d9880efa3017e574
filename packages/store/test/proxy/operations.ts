// The operations of the store that write, for the tests that run each through every answer of MongoDB. An operation that may be
// repeated after it failed belongs here.

import type { Generation, SealedText } from "@fleetkeeper/model";
import type { Store } from "../../src/index.ts";
import { how } from "../acts.ts";
import { at, installation, installationId, installOf, syncId } from "../world.ts";

export const resources = ["assets"];

const generation = "1" as Generation;
const granted = {
  result: { at: at(10), outcome: "granted", expiresAt: at(3_610) } as const,
  grantedScopes: ["asset.view"],
  prewarmAt: at(2_000),
};
const refused = { at: at(10), outcome: "refused", code: "ERR_TOKEN_INVALID_CLIENT" } as const;
const failed = { at: at(10), outcome: "failed", code: "ERR_TOKEN_UNAVAILABLE" } as const;

export interface Operation {
  /** Puts the database into the state before it. */
  before?: (store: Store) => Promise<unknown>;
  /** Run until it does not reject. */
  run: (store: Store) => Promise<unknown>;
  /** The write commands that it makes, with their collection: each is met by each answer. */
  writes: [command: string, collection: string][];
  /** A repetition counts one more: the number of token failures, or a fencing token. */
  counts?: true;
}

export async function installed(store: Store): Promise<void> {
  await store.install(installOf("1"), how, resources);
  await store.plan(installationId, ["assets", "sites"], at(0));
}

export const operations: Record<string, Operation> = {
  "a first install": {
    run: (store) => store.install(installOf("1"), how, resources),
    writes: [
      ["update", "accounts"],
      ["update", "installations"],
    ],
  },
  "a newer install": {
    before: installed,
    run: (store) => store.install(installOf("2"), how, resources),
    writes: [["update", "installations"]],
  },
  "an older install": {
    before: (store) => store.install(installOf("2"), how, resources),
    run: (store) => store.install(installOf("1"), how, resources),
    writes: [["update", "installations"]],
  },
  "a plan": {
    before: (store) => store.install(installOf("1"), how, resources),
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
  "an account that is forgotten": {
    before: installed,
    run: (store) => store.forget(installationId, at(100), resources),
    writes: [
      ["update", "forgotten"],
      ["delete", "accounts"],
      ["delete", "installations"],
      ["delete", "syncs"],
      ["delete", "assets"],
      ["delete", "feedCursors"],
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
    run: (store) => store.feed.confirm("test", { syncId, position: "1" }),
    writes: [["update", "feedCursors"]],
  },
  "a sync that learns of a newer install": {
    before: (store) => store.syncs.plan(installation, ["assets"], { now: at(0) }),
    run: (store) => store.syncs.renew(installationId, "2" as Generation),
    writes: [["update", "syncs"]],
  },
};
