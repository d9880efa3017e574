// All that somebody needs who writes syncs in a project of their own: what the packed package holds.

export { ExactNumber } from "@fleetkeeper/model";
export type {
  ApiRequest,
  GraphqlConnection,
  IncompleteItem,
  MaybeItem,
  Page,
  PageOptions,
  RestCursorList,
  RestList,
  Send,
  TrackunitClient,
} from "@fleetkeeper/trackunit";
export { defineSync, isSyncDefinition, type SyncDefinition } from "./define-sync.ts";
export { SyncDefinitionError } from "./errors.ts";
export { number } from "./exact-numbers.ts";
