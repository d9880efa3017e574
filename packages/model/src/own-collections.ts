// The names of Fleetkeeper's own MongoDB collections: no sync's resource may have one of them.

export const ownCollections = [
  "accounts",
  "apiKeys",
  "audit",
  "changes",
  "feedCursors",
  "forgotten",
  "installations",
  "passPages",
  "probes",
  "runs",
  "setAside",
  "syncs",
  "unrecognisedCallbacks",
  "webhookDeliveries",
  "webhookEndpoints",
] as const;

export type OwnCollection = (typeof ownCollections)[number];
