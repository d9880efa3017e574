// Every operation through every answer that a real MongoDB may give: repeated until it succeeds, it leaves
// what it leaves undisturbed.

import { startMongoProxy } from "@fleetkeeper/local-stack";
import { databaseUrl, testDatabase } from "@fleetkeeper/test-worlds";
import type { Document } from "mongodb";
import { describe, expect, inject, onTestFinished, test } from "vitest";
import { openStore } from "../../src/index.ts";
import { answers } from "./answers.ts";
import type { Operation } from "./operation.ts";
import { operations } from "./operations.ts";

/** By chance, or the server's clock. */
const everNew = ["clearingSince", "revision", "dispatchedBy", "serverAt", "confirmedAt", "fingerprintAt"];
/** A repetition may count again. */
const counted = ["fencingToken", "tokenFailures"];

async function world() {
  const { namespace, db } = await testDatabase();
  const proxy = await startMongoProxy(inject("mongodbUrl"));
  const store = await openStore({ mongodbUrl: databaseUrl(proxy.url, namespace) });
  onTestFinished(async () => {
    await store.close();
    await proxy.close();
  });

  /** Everything that is stored, but for what a repetition may change. */
  async function stored(operation: Operation): Promise<Record<string, Document[]>> {
    const left = operation.counts ? [...everNew, ...counted] : everNew;
    const all: Record<string, Document[]> = {};
    for (const { name: collection } of await db.listCollections().toArray()) {
      const found = await db.collection(collection).find().sort({ _id: 1 }).toArray();
      if (found.length > 0) all[collection] = found.map((document) => without(document, left));
    }
    return all;
  }
  return { proxy, store, db, stored, drop: () => db.dropDatabase() };
}

function without(document: Document, fields: string[]): Document {
  return Object.fromEntries(Object.entries(document).filter(([field]) => !fields.includes(field)));
}

describe.each(Object.entries(operations))("%s", (_name, operation) => {
  test("with any answer of MongoDB, it is done, or fails and can be repeated", {
    retry: 0,
    timeout: 120_000,
  }, async () => {
    const { proxy, store, db, stored, drop } = await world();
    await operation.before?.(store, db);
    const result = await operation.run(store);
    const wanted = await stored(operation);
    for (const [command, collection, after = 0] of operation.writes)
      for (const [answer, when, fault] of answers) {
        const what = `${command} ${collection} after ${after}, ${answer}`;
        await drop();
        await operation.before?.(store, db);
        let isMet = false;
        const { met } = proxy.add({ command, collection, after, when, fault });
        void met.then(() => {
          isMet = true;
        });
        let tries = 0;
        let last: unknown;
        for (let done = false; !done; tries++) {
          expect(tries, what).toBeLessThan(5);
          done = await operation.run(store).then(
            (value) => {
              last = value;
              return true;
            },
            () => false,
          );
        }
        proxy.clear();
        expect({ what, isMet }).toEqual({ what, isMet: true });
        expect({ what, stored: await stored(operation) }).toEqual({ what, stored: wanted });
        // What is done in the first try is told as that.
        if (tries === 1 && result !== "stored") expect({ what, last }).toEqual({ what, last: result });
      }
  });
});
