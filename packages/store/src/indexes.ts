// The indexes of our collections: made when a service opens the store, and looked at by `fleetkeeper doctor`.

import type { Db } from "mongodb";

const indexes: readonly { collection: string; key: Record<string, 1 | -1> }[] = [
  { collection: "syncs", key: { nextRunAt: 1 } },
  { collection: "syncs", key: { dispatchedAt: 1 } },
  { collection: "syncs", key: { lastChangeAt: 1 } },
  { collection: "syncs", key: { lastSuccessAt: 1 } },
  // Without a code while a sync is well: the runs of healthy syncs do not touch it.
  { collection: "syncs", key: { "waiting.code": 1, _id: 1 } },
  { collection: "syncs", key: { "lastRun.code": 1, _id: 1 } },
  // Without a value while nothing is held back.
  { collection: "syncs", key: { "heldBack.missing": 1 } },
  { collection: "installations", key: { prewarmAt: 1 } },
  { collection: "installations", key: { proveAt: 1 } },
  { collection: "installations", key: { formerUntil: 1 } },
  { collection: "installations", key: { installedAt: -1, _id: 1 } },
  { collection: "installations", key: { state: 1, _id: 1 } },
  { collection: "installations", key: { reference: 1, _id: 1 } },
  { collection: "installations", key: { "lastToken.expiresAt": 1, state: 1 } },
  // Without a value while a token is kept warm.
  { collection: "installations", key: { noTokenFrom: 1 } },
  { collection: "installations", key: { outboxAt: 1 } },
  { collection: "syncs", key: { outboxAt: 1 } },
  { collection: "forgotten", key: { outboxAt: 1 } },
  { collection: "webhookDeliveries", key: { outboxAt: 1 } },
  { collection: "eventLog", key: { id: 1 } },
  { collection: "eventLog", key: { at: 1 } },
  { collection: "eventLanes", key: { dueAt: 1 } },
  { collection: "eventLanes", key: { receiverId: 1, waitsSince: 1 } },
  { collection: "eventAttempts", key: { at: 1 } },
  { collection: "eventAttempts", key: { receiverId: 1, at: -1, _id: -1 } },
  { collection: "accounts", key: { installationId: 1 } },
  { collection: "audit", key: { at: 1 } },
  { collection: "audit", key: { at: -1, _id: -1 } },
  { collection: "audit", key: { who: 1, at: -1, _id: -1 } },
  { collection: "eventLog", key: { at: -1, _id: -1 } },
  { collection: "forwardedRequests", key: { at: 1 } },
  { collection: "unrecognisedCallbacks", key: { receivedAt: 1 } },
  { collection: "webhookDeliveries", key: { receivedAt: -1, _id: 1 } },
  { collection: "webhookDeliveries", key: { installationId: 1, receivedAt: -1 } },
  { collection: "webhookEndpoints", key: { endpointId: 1 } },
  { collection: "webhookEndpoints", key: { publishAt: 1 } },
];

const namespaceNotFound = 26;

/** Those that exist stay as they are. */
export async function createIndexes(db: Db): Promise<void> {
  const byCollection = Map.groupBy(indexes, ({ collection }) => collection);
  await Promise.all(
    [...byCollection].map(([name, of]) => db.collection(name).createIndexes(of.map(({ key }) => ({ key })))),
  );
}

/** For instance `syncs (nextRunAt)`; all of them in a database that no service has opened yet. */
export async function missingIndexes(db: Db): Promise<string[]> {
  const missing: string[] = [];
  for (const { collection, key } of indexes) {
    const present = await keysOf(db, collection);
    if (!present.includes(JSON.stringify(key)))
      missing.push(`${collection} (${Object.keys(key).join(", ")})`);
  }
  return missing;
}

async function keysOf(db: Db, collection: string): Promise<string[]> {
  try {
    const present = await db.collection(collection).indexes();
    return present.map(({ key }) => JSON.stringify(key));
  } catch (error) {
    if ((error as { code?: unknown }).code === namespaceNotFound) return [];
    throw error;
  }
}
