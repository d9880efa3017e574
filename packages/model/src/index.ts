// The nouns of Fleetkeeper. This package imports nothing.

export type { AccessToken, TokenResult } from "./access-token.ts";
export { type ApiRight, apiRights, hashOfApiKey, idOfApiKey, makeApiKey } from "./api-key.ts";
export { type BoundedMap, createBoundedMap } from "./bounded-map.ts";
export type {
  Credential,
  Generation,
  Install,
  SealedCallback,
  SealedText,
  UnrecognisedCallback,
} from "./callback.ts";
export { clientIdFingerprintOf, generationAfter, generationOf, noGeneration } from "./callback.ts";
export {
  defineError,
  type ErrorDetails,
  FleetkeeperError,
  type Remedy,
  rootMessage,
  rootOf,
} from "./errors.ts";
export { type AccountEvent, type EventType, eventIdOf, eventTypes, newEventId } from "./event.ts";
export { ExactNumber, parseExactJson } from "./exact-number.ts";
export { fractionOf } from "./fraction-of.ts";
export type { InstallationId } from "./installation-id.ts";
export {
  accountIdOf,
  asInstallationId,
  installationIdOf,
  installationIdPrefix,
  irisAppIdOf,
} from "./installation-id.ts";
export {
  type ChannelStanding,
  type NotificationChannel,
  type NotificationMessage,
  type NotificationState,
  notificationChannels,
  type StandingConcern,
  type Told,
} from "./notifications.ts";
export { orderedFields } from "./ordered-fields.ts";
export { isResource, type OwnCollection, ownCollections, resourcePattern } from "./own-collections.ts";
export { defineRefusal, type RefusalDetails, type RefusalRule } from "./refusal.ts";
export { noTimeline, withEvent } from "./run-timeline.ts";
export type {
  Checkpoint,
  HeldBack,
  InstallationState,
  RecordChange,
  RecordChanges,
  RunEvent,
  RunOutcome,
  RunTimeline,
  Sweep,
  SyncId,
  TimeWindow,
  Waiting,
} from "./sync-state.ts";
export { addChanges, installationOfSync, installationStates, noChanges, syncIdOf } from "./sync-state.ts";
export {
  type RefreshAnswer,
  type RefreshedSync,
  shortEndpointId,
  type WebhookDelivery,
  type WebhookOutcome,
  webhookKeyOf,
} from "./webhook.ts";
