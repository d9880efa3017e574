// The truth: installations, syncs and records. Hides MongoDB.

export { type AccountKey, keysOf } from "./account-keys.ts";
export {
  type ActionLog,
  type LogEntry,
  type LogKind,
  type LogOutcome,
  type LogPage,
  type LogQuery,
  logKinds,
  logOutcomes,
} from "./action-log.ts";
export type { AfterRestore } from "./after-restore.ts";
export { type ApiKeyRow, type ApiKeys, maxApiKeys } from "./api-keys.ts";
export { type AuditEntry, type AuditTopic, forgetAction } from "./audit.ts";
export type { AuditDocument } from "./audit-document.ts";
export { refusalsOf, type TriedCandidate } from "./candidate-times.ts";
export type { ChangeFeed, FeedEntry, FeedGap, FollowedSync } from "./change-feed.ts";
export { adviceOn } from "./connect.ts";
export { candidatesFull } from "./credential-decisions.ts";
export type {
  ApiKeyDocument,
  QuietRuns,
  RecordDocument,
  RunDocument,
  SetAsideDocument,
  SyncDocument,
  WebhookDeliveryDocument,
  WebhookEndpointDocument,
} from "./documents.ts";
export { nothingInstalledSince } from "./edit-credentials.ts";
export { type EndpointStandingName, endpointStandings, standingOf } from "./endpoint-standing.ts";
export {
  AccountBeingForgottenError,
  CandidatesFullError,
  LeaseLostError,
  MongodbUrlError,
  SchemaTooNewError,
  StoreUnavailableError,
  TooManyEndpointsError,
  UnknownInstallationError,
  WriteConflictError,
  WriteContendedError,
} from "./errors.ts";
export { type AttemptQuery, attemptBounds } from "./events/attempts.ts";
export type {
  AttemptDocument,
  Disabled,
  EventDocument,
  LaneDocument,
  ReceiverDocument,
} from "./events/event-documents.ts";
export { type Appended, eventBounds, positionOf } from "./events/event-log.ts";
export type { Events } from "./events/events.ts";
export { maxReplays } from "./events/lane-replays.ts";
export { maxReceivers, newReceiverId, type ReceiverFields, type ReceiverRow } from "./events/receivers.ts";
export { gatherChangesMs } from "./events/relay.ts";
export type { ChangesDocument } from "./feed-documents.ts";
export { type FollowOptions, followChanges } from "./follow-changes.ts";
export type { ForwardedRequestDocument } from "./forwarded-request-document.ts";
export type { Candidate, InstallationDocument } from "./installation-document.ts";
export { type InstallationPage, type InstallationRow, rowOf } from "./installation-row.ts";
export type { AccountNotes } from "./installations.ts";
export type { ListQuery } from "./list-installations.ts";
export type { SyncListQuery, SyncPage } from "./list-syncs.ts";
export { type MigrationProgress, schemaVersion } from "./migrations.ts";
export { checkMongodbUrl } from "./mongodb-url.ts";
export type { RecordPage, RecordQuery, RecordRow } from "./records.ts";
export { pauseAfter } from "./refresh-pause.ts";
export { type ForwardedRequest, type RequestLog, requestsKept } from "./request-log.ts";
export { type MongodbUser, mongodbUsers, type Privilege, privilegesOf, rolesScript } from "./roles.ts";
export type { FetchedPage } from "./run/pass.ts";
export type { Run, RunTarget } from "./run/run.ts";
export type { SetAsideItem } from "./run/set-aside.ts";
export type { Settlement } from "./run/settlement.ts";
export { jsonOf } from "./run/storable.ts";
export { type AbsenceRules, defaultAbsenceRules } from "./run/sweep.ts";
export { bounds } from "./run/tidy.ts";
export type { FetchedRecord } from "./run/write-records.ts";
export { nextSlot } from "./schedule.ts";
export type { SealedEntry } from "./sealed-texts.ts";
export { openStore, type Store } from "./store.ts";
export { fieldsAtFirst } from "./sync-fields.ts";
export { type FailingSyncs, maxCounted, type SyncHealth } from "./sync-health.ts";
export {
  type DeliveryPage,
  type DeliveryQuery,
  type DeliveryRow,
  webhookBounds,
} from "./webhook-deliveries.ts";
export { maxEndpoints, nextUsualGap } from "./webhook-endpoints.ts";
