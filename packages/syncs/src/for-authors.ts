// All that a developer needs to write syncs in a separate project: the content of the packed package.

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
