import { testNamespace } from "@fleetkeeper/local-stack";
import { MongoClient } from "mongodb";
import { expect, inject, onTestFinished, test } from "vitest";
import { connectionTo } from "../src/connect.ts";
import { adviceOn } from "../src/index.ts";

test("every command carries majority and goes to the primary, for any URL", async () => {
  const name = testNamespace();
  const url = new URL(`/${name}`, inject("mongodbUrl"));
  url.search = "?w=0&journal=false&readConcernLevel=local&readPreference=secondaryPreferred";
  const { client, db } = connectionTo(url.href, {
    connectWithinMs: 10_000,
    timeoutMs: 10_000,
    maxPoolSize: 3,
  });
  onTestFinished(async () => {
    await db.dropDatabase();
    await client.close();
  });
  expect(db.databaseName).toBe(name);
  const things = db.collection<{ _id: string }>("things");
  for (const { readConcern, writeConcern, readPreference } of [db, things]) {
    expect(readConcern?.level).toBe("majority");
    expect(writeConcern).toMatchObject({ w: "majority", journal: true });
    expect(readPreference?.mode).toBe("primary");
  }
  expect((await things.insertOne({ _id: "a" })).acknowledged).toBe(true);
  expect(client.options).toMatchObject({ maxPoolSize: 3, retryWrites: true, retryReads: true });
});

test("a URL that says otherwise is named, one that says nothing or the same is not", () => {
  const base = "mongodb://127.0.0.1/db";
  expect(adviceOn(base)).toEqual([]);
  expect(adviceOn(`${base}?w=majority&readPreference=primary&retryWrites=true`)).toEqual([]);
  expect(adviceOn(`${base}?w=1&readConcernLevel=local&readPreference=nearest&retryWrites=false`)).toEqual([
    "readPreference=nearest",
    "readConcernLevel=local",
    "w=1",
    "retryWrites=false",
  ]);
  expect(new MongoClient(base).options.writeConcern).toBeUndefined();
});
