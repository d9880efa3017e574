// A collection of its own for each test of the file that imports this, on whatever server this machine has.

import { type Collection, type Document, MongoClient } from "mongodb";
import { afterAll, beforeEach, expect, inject } from "vitest";
import { testNamespace } from "../src/index.ts";

export type Doc = Document & { _id: string };

const client = new MongoClient(inject("mongodbUrl"));
const db = client.db(testNamespace());
/** The running test's. */
export let docs: Collection<Doc>;

beforeEach(() => {
  docs = db.collection<Doc>(testNamespace());
});

afterAll(async () => {
  await db.dropDatabase();
  await client.close();
});

export const duplicateKey = expect.objectContaining({ code: 11_000 });
export const ids = async (filter: object) =>
  (await docs.find(filter).sort({ _id: 1 }).toArray()).map(({ _id }) => _id);
