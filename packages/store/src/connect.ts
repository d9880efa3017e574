// The connection to MongoDB. What carries a fence, a schedule, a credential or a feed position must be there
// after a failover and be read as it is: concerns and preference are set here for the whole database,
// even if the URL says otherwise.

import { type Db, MongoClient, ReadConcern, ReadPreference, WriteConcern } from "mongodb";

const driversDefaultDatabase = "test";

/** Acknowledged by a majority, and on its disks; read only what a majority has; from the primary. */
const pinned = {
  readConcern: new ReadConcern("majority"),
  writeConcern: new WriteConcern("majority", undefined, true),
  readPreference: ReadPreference.primary,
};

/** To the one database that the URL names. */
export interface Connection {
  client: MongoClient;
  db: Db;
}

/**
 * The database that the URL names, `fleetkeeper` where it names none. `timeoutMs` also bounds the wait for a
 * free connection; 0: an answer is waited for as long as it takes.
 */
export function connectionTo(
  mongodbUrl: string,
  limits: { connectWithinMs: number; timeoutMs: number; maxPoolSize: number },
): Connection {
  const { connectWithinMs, timeoutMs, maxPoolSize } = limits;
  const client = new MongoClient(mongodbUrl, {
    serverSelectionTimeoutMS: Math.min(timeoutMs || connectWithinMs, connectWithinMs),
    socketTimeoutMS: timeoutMs,
    waitQueueTimeoutMS: timeoutMs,
    maxPoolSize,
  });
  return { client, db: client.db(databaseOf(client.options), pinned) };
}

function databaseOf({ dbName }: { dbName: string }): string | undefined {
  return dbName === driversDefaultDatabase ? "fleetkeeper" : undefined;
}

/** What a URL asks for that is not done, or should not be: for instance `readPreference=secondary`. */
export function adviceOn(mongodbUrl: string): string[] {
  const { readPreference, readConcern, writeConcern, retryWrites, retryReads } = new MongoClient(mongodbUrl)
    .options;
  const says: [string, unknown, unknown][] = [
    ["readPreference", readPreference?.mode ?? "primary", "primary"],
    ["readConcernLevel", readConcern?.level ?? "majority", "majority"],
    ["w", writeConcern?.w ?? "majority", "majority"],
    ["journal", writeConcern?.journal ?? true, true],
    ["retryWrites", retryWrites, true],
    ["retryReads", retryReads, true],
  ];
  return says.flatMap(([name, said, wanted]) => (said === wanted ? [] : `${name}=${String(said)}`));
}
