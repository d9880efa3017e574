// A database of the test's own.

import { testNamespace } from "@fleetkeeper/local-stack";
import { type Db, MongoClient } from "mongodb";
import { inject, onTestFinished } from "vitest";

/** Called by its namespace; dropped when the test ends. `client` does not go through any proxy. */
export async function testDatabase(
  namespace = testNamespace(),
): Promise<{ namespace: string; mongodbUrl: string; db: Db; client: MongoClient }> {
  const mongodbUrl = databaseUrl(inject("mongodbUrl"), namespace);
  const client = await MongoClient.connect(mongodbUrl);
  onTestFinished(async () => {
    await client.db(namespace).dropDatabase();
    await client.close();
  });
  return { namespace, mongodbUrl, db: client.db(namespace), client };
}

/** The URL of a database on a server, or behind a proxy, whose own settings it keeps. */
export function databaseUrl(serverUrl: string, name: string): string {
  return Object.assign(new URL(serverUrl), { pathname: `/${name}` }).href;
}
