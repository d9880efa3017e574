// The names of Fleetkeeper's own MongoDB collections: no sync's resource may have one of them.

/** All of them; `documents.ts` in the store says what is in each. */
export const ownCollections = [
  "accounts",
  "apiKeys",
  "audit",
  "changes",
  "eventAttempts",
  "eventLanes",
  "eventLog",
  "eventReceivers",
  "feedCursors",
  "forgotten",
  "forwardedRequests",
  "installations",
  "notifications",
  "passPages",
  "probes",
  "runs",
  "schema",
  "setAside",
  "syncs",
  "unrecognisedCallbacks",
  "webhookDeliveries",
  "webhookEndpoints",
] as const;

/** The name of one of them. */
export type OwnCollection = (typeof ownCollections)[number];

/** The names that a resource may have: letters and digits in camelCase. */
export const resourcePattern = /^[a-z][a-zA-Z0-9]{0,60}$/;

const taken = new Set<string>(ownCollections);

/** Whether records may be in a collection of this name. */
export function isResource(name: string): boolean {
  return resourcePattern.test(name) && !taken.has(name);
}
