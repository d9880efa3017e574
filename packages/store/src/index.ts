// The truth: installations, syncs and records. Hides MongoDB.

export type { AuditEntry } from "./audit.ts";
export type { ChangeFeed, FeedEntry } from "./change-feed.ts";
export type {
  AuditDocument,
  InstallationDocument,
  RecordDocument,
  RunDocument,
  SetAsideDocument,
  SyncDocument,
} from "./documents.ts";
export { LeaseLostError, StoreError, UnknownInstallationError } from "./errors.ts";
export { type FollowOptions, followChanges } from "./follow-changes.ts";
export type { InstallationPage, InstallationRow, ListQuery } from "./list-installations.ts";
export type { SyncListQuery, SyncPage } from "./list-syncs.ts";
export type { FetchedPage, FetchedRecord } from "./records.ts";
export type { RunScope } from "./run-scope.ts";
export { nextSlot } from "./schedule.ts";
export type { SealedEntry } from "./sealed-texts.ts";
export type { MisfitItem } from "./set-aside.ts";
export { openStore, type Store } from "./store.ts";
export type { Settlement } from "./syncs.ts";
export type { SweepStep } from "./vanished.ts";
