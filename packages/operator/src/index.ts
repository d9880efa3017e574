// What operators see and do, for the board and the command line.

export { accountInWords, type Nameable, nameOfAccount, namesOfAccount } from "./account-names.ts";
export { createOperatorActions, type OperatorActions } from "./actions.ts";
export { type ApiKeyActions, createApiKeyActions, type NewApiKey } from "./api-keys.ts";
export { rightsInWords } from "./api-rights.ts";
export {
  type AccountFilter,
  type BulkActionName,
  type BulkActions,
  type BulkOutcome,
  type BulkPlan,
  bulkActionNames,
  createBulkActions,
  filterInWords,
  outcomeInWords,
  planInWords,
} from "./bulk.ts";
export { pinsOf } from "./callback-pins.ts";
export { type CredentialNews, credentialNews, refusalInWords } from "./credential-news.ts";
export {
  busyReasons,
  type Description,
  describeWaiting,
  failingReasons,
  waitingReasons,
} from "./describe-waiting.ts";
export { NotFoundError, OperatorError, WrongInputError, WrongStateError } from "./errors.ts";
export { explain, explanations } from "./explanations/explain.ts";
export type { Explanation } from "./explanations/explanation.ts";
export { describeHeldBack } from "./held-back.ts";
export { logFile, logOutcomeMoods, logSubject } from "./log-file.ts";
export { matchAccounts, maxMatches } from "./match-accounts.ts";
export { type Mood, stateMoods } from "./mood.ts";
export { type QueueState, readQueueStates } from "./queue-states.ts";
export {
  createReceiverActions,
  type NewReceiver,
  oldSecretForMs,
  type ReceiverActions,
} from "./receiver-actions.ts";
export { attemptInWords, type ReceiverStanding, receiverStanding } from "./receiver-standing.ts";
export {
  cellOf,
  columnsOf,
  countRecords,
  type RecordFormat,
  type ResourceCount,
  recordFile,
  recordFormats,
} from "./records.ts";
export { intervalBounds, isInterval } from "./sync-settings.ts";
export { type SyncStanding, syncStanding } from "./sync-standing.ts";
export { clock, duration, fromNow, instant } from "./times.ts";
export { missingScopes, tokenStanding } from "./token-standing.ts";
export { createWebhookActions, oldKeyForMs, type WebhookActions } from "./webhook-actions.ts";
export { answersInWords, type WebhookReader, webhookReaderOf } from "./webhook-runs.ts";
export {
  describeRefusals,
  type EndpointStanding,
  endpointStanding,
  outcomesInWords,
} from "./webhook-standing.ts";
export { endpointSteps } from "./webhook-steps.ts";
export { changesInWords, count, counted } from "./words.ts";
