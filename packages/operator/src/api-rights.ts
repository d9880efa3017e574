// What each right of an API key is for, in words.

import type { ApiRight } from "@fleetkeeper/model";

/** For people: what a key with this right may do. */
export const rightsInWords: Record<ApiRight, string> = {
  "accounts:read": "reading accounts",
  "accounts:write": "your own reference and metadata of an account",
  "tokens:read": "access tokens of the accounts",
  proxy: "requests to Trackunit on behalf of an account",
  "records:read": "records and changes",
  "syncs:write": "starting a sync",
  "webhooks:write": "where events of Fleetkeeper go",
};
