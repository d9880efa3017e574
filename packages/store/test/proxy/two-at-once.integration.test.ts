// Two who act on one account: the first is held at, or dies at, each of its writes, while the second does all
// of its own. In the end the syncs follow the state of the account.

import { startMongoProxy, testNamespace } from "@fleetkeeper/local-stack";
import type { Generation } from "@fleetkeeper/model";
import { MongoClient } from "mongodb";
import { afterAll, describe, expect, inject, test } from "vitest";
import { openStore, type Store } from "../../src/index.ts";
import { installAccount } from "../acts.ts";
import { at, installationId, installOf, promote, putInForce } from "../world.ts";
import { installed } from "./operation.ts";
import { resources } from "./operations.ts";

const generation = "1" as Generation;
const refused = { at: at(10), outcome: "refused", code: "ERR_TOKEN_INVALID_CLIENT" } as const;
const names = ["assets", "sites"];
const once = { timeout: 120_000, retry: 0 };

/** As the handlers of the worker and the operator's actions do it. */
const acts: Record<string, (store: Store) => Promise<unknown>> = {
  install: (store) =>
    installAccount(store, { ...installOf("2"), receivedAt: at(20) }, { names, resources, now: at(21) }),
  refusal: (store) => store.revoke(installationId, generation, refused, at(3_600)),
  grant: async (store) => {
    const result = { at: at(11), outcome: "granted", expiresAt: at(3_611) } as const;
    const grant = { result, grantedScopes: [], prewarmAt: at(2_000) };
    await store.installations.noteGrant(installationId, generation, grant);
    await store.align(installationId, at(11));
    await store.plan(installationId, names, at(11));
  },
  pause: (store) => store.pause(installationId, at(12)),
  resume: (store) => store.resume(installationId, at(13)),
  rollback: async (store) => {
    await store.credentials.bringBack(installationId, { generation: "0" as Generation, now: at(14) });
    const candidate = (await store.installations.find(installationId))?.candidates.at(-1);
    if (candidate === undefined) return;
    await promote(store, { ...installOf("0"), generation: candidate.generation });
    await store.plan(installationId, names, at(14));
    await store.align(installationId, at(14));
  },
  forget: (store) => store.forget(installationId, at(15), resources),
};

// One world for all: making the collections and their indexes takes longer than all else here.
const { proxy, first, second, empty } = await world();

async function world() {
  const name = testNamespace();
  const proxy = await startMongoProxy(inject("mongodbUrl"));
  const at = (base: string) => Object.assign(new URL(base), { pathname: `/${name}` }).href;
  const first = await openStore({ mongodbUrl: at(proxy.url) });
  const second = await openStore({ mongodbUrl: at(inject("mongodbUrl")), indexes: "leave" });
  const client = await MongoClient.connect(inject("mongodbUrl"));
  afterAll(async () => {
    await client.db(name).dropDatabase();
    await Promise.all([client.close(), first.close(), second.close()]);
    await proxy.close();
  });
  const empty = async () => {
    const collections = await client.db(name).collections();
    await Promise.all(collections.map((collection) => collection.deleteMany({})));
  };
  return { proxy, first, second, empty };
}

async function standing(store: Store) {
  const installation = await store.installations.find(installationId);
  const syncs = await store.syncs.ofInstallation(installationId);
  return { state: installation?.state ?? "gone", waiting: syncs.map(({ waiting }) => waiting.for) };
}

const followed: Record<string, string> = { active: "schedule", paused: "operator", revoked: "credential" };

async function expectFollowed(store: Store, what: string): Promise<void> {
  const { state, waiting } = await standing(store);
  const wanted = state === "gone" ? [] : names.map(() => followed[state]);
  expect({ what, state, waiting }).toEqual({ what, state, waiting: wanted });
}

describe.each(Object.keys(acts))("%s", (one) => {
  test.each(Object.keys(acts))("and %s, in any order, at each write", once, async (other) => {
    const act = acts[one] ?? expect.fail();
    const meanwhile = acts[other] ?? expect.fail();
    for (const dies of [false, true])
      for (const command of ["update", "findAndModify", "delete", "insert"])
        for (let after = 0, reached = true; reached; after++) {
          const what = `${one} ${dies ? "dies" : "is held"} at ${command} ${after}, ${other} meanwhile`;
          await empty();
          await putInForce(second, installOf("0"));
          await installed(second);
          const { promise: holdUntil, resolve: letGo } = Promise.withResolvers<void>();
          const { met } = proxy.add({
            command,
            after,
            when: dies ? "after" : "before",
            fault: dies ? { cut: true } : { holdUntil },
          });
          const acting = act(first).catch(() => undefined);
          reached = await Promise.race([met.then(() => true), acting.then(() => false)]);
          if (dies) await acting;
          await meanwhile(second).catch(() => undefined);
          letGo();
          await acting;
          proxy.clear();
          if (!reached) break;
          // What was accepted is repeated: jobs until they succeed; an operator sees that the action failed.
          if (dies) await act(second);
          if (other === "install") await meanwhile(second);
          if (one === "forget" || other === "forget") await acts.forget?.(second);
          await expectFollowed(second, what);
        }
  });
});
