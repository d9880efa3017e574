// The operations on one sync that write, but for those of a run.

import type { Generation } from "@fleetkeeper/model";
import type { Store } from "../../src/index.ts";
import { pass } from "../runs.ts";
import { at, installation, installationId, syncId } from "../world.ts";
import { installed, type Operation } from "./operation.ts";

export const syncOperations: Record<string, Operation> = {
  "a sync that is dispatched": {
    before: installed,
    run: (store) => dispatch(store).then(() => undefined),
    writes: [["update", "syncs"]],
    counts: true,
  },
  "a job that is handed back": {
    before: async (store) => {
      await installed(store);
      await dispatch(store);
    },
    run: async (store) => {
      const { fencingToken = 0 } = (await store.syncs.find(syncId)) ?? {};
      await store.syncs.handBack(syncId, fencingToken, at(9));
    },
    writes: [["update", "syncs"]],
    counts: true,
  },
  "a job that was lost": {
    before: async (store) => {
      await installed(store);
      await dispatch(store);
    },
    run: (store) => store.syncs.recoverLost(at(60), at(61)).then(() => undefined),
    writes: [["update", "syncs"]],
  },
  "a pause of one sync": {
    before: installed,
    run: (store) => store.syncs.pauseOne(syncId),
    writes: [["update", "syncs"]],
    counts: true,
  },
  "the end of a pause of one sync": {
    before: async (store) => {
      await installed(store);
      await store.syncs.pauseOne(syncId);
    },
    run: (store) => store.syncs.resumeOne(syncId, at(6)),
    writes: [["update", "syncs"]],
  },
  "a sync that an operator runs now": {
    before: installed,
    run: (store) => store.syncs.runNow(syncId, at(7)),
    writes: [["update", "syncs"]],
  },
  "another interval": {
    before: installed,
    run: (store) => store.syncs.setInterval(syncId, 60_000, at(8)),
    writes: [["update", "syncs"]],
  },
  "a deletion that an operator confirms": {
    before: async (store) => {
      await installed(store);
      const records = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`r${index}`, 1]));
      await pass(store, at(1), [records]);
      await pass(store, at(2), [{}]);
    },
    run: (store) => store.syncs.confirmMissing(syncId, { passes: 1, since: at(2) }, at(9)),
    writes: [["update", "syncs"]],
  },
  "a sync that learns of a newer install": {
    before: (store) => store.syncs.plan(installation, ["assets"], { now: at(0) }),
    run: (store) => store.syncs.renew(installationId, "2" as Generation, at(1)),
    writes: [["update", "syncs"]],
  },
};

async function dispatch(store: Store): Promise<void> {
  const sync = await store.syncs.find(syncId);
  if (sync !== null) await store.syncs.dispatch([sync], at(3), at(600));
}
