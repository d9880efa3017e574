// A store in a database of the test's own.

import { openStore, type Store } from "@fleetkeeper/store";
import { onTestFinished } from "vitest";
import { testDatabase } from "./test-database.ts";

/** Closed, and its database dropped, when the test ends. */
export async function testStore(
  namespace?: string,
): Promise<Awaited<ReturnType<typeof testDatabase>> & { store: Store }> {
  const database = await testDatabase(namespace);
  const store = await openStore({ mongodbUrl: database.mongodbUrl });
  onTestFinished(() => store.close());
  return { ...database, store };
}
