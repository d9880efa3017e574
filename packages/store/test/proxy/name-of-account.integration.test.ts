// The key by which an account is searched, while it is forgotten and installed at the same time.

import { startMongoProxy } from "@fleetkeeper/local-stack";
import { expect, inject, onTestFinished, test } from "vitest";
import { openStore } from "../../src/index.ts";
import { at, how, installationId, installOf, putInForce, setup } from "../world.ts";
import { resources } from "./operations.ts";

async function world() {
  const { store, db, mongodbUrl } = await setup();
  const proxy = await startMongoProxy(inject("mongodbUrl"));
  const url = Object.assign(new URL(proxy.url), { pathname: new URL(mongodbUrl).pathname });
  const held = await openStore({ mongodbUrl: url.href, indexes: "leave" });
  onTestFinished(async () => {
    await held.close();
    await proxy.close();
  });

  return {
    store,
    db,
    /** An install whose next write to this collection waits while `meanwhile` happens. */
    async install(seconds: number, collection: string, meanwhile: () => Promise<unknown>): Promise<void> {
      const { promise: holdUntil, resolve: letGo } = Promise.withResolvers<void>();
      const command = ["insert", "update"];
      const { met } = proxy.add({ command, collection, when: "before", fault: { holdUntil } });
      const install = { ...installOf(String(seconds)), receivedAt: at(seconds) };
      const installing = held.install(install, how, resources);
      await Promise.race([met, installing]);
      await meanwhile();
      letGo();
      await installing;
      proxy.clear();
    },
    async keys(): Promise<unknown[]> {
      const documents = await db.collection("accounts").find().sort({ _id: 1 }).toArray();
      return documents.map(({ _id }) => _id);
    },
  };
}

const collections = ["accounts", "installations"];

test.each(collections)(
  "an account that is forgotten while a new install is about to write its %s is found again by its id",
  async (collection) => {
    const { store, keys, install } = await world();
    await putInForce(store, installOf("1"));
    await install(10, collection, () => store.forget(installationId, at(5), resources));
    expect((await store.installations.find(installationId))?.candidates).toHaveLength(1);
    // Its id, and the fingerprint of its client id.
    expect(await keys()).toEqual(["1/@a.b.1", "f/@a.b.1"]);
  },
);

test.each(collections)(
  "nothing of an account that is forgotten while an older install is about to write its %s is found by its id",
  async (collection) => {
    const { store, keys, install } = await world();
    await putInForce(store, installOf("1"));
    await install(10, collection, () => store.forget(installationId, at(15), resources));
    expect(await store.installations.find(installationId)).toBeNull();
    expect(await keys()).toEqual([]);
  },
);
