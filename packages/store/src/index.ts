// The truth: installations, syncs and records. Hides MongoDB.

export type { InstallationDocument, RecordDocument, SyncDocument } from "./documents.ts";
export { LeaseLostError, StoreError, UnknownInstallationError } from "./errors.ts";
export type { FetchedRecord, RunScope } from "./records.ts";
export { openStore, type Store } from "./store.ts";
export type { Settlement } from "./syncs.ts";
