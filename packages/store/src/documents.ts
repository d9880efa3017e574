// The shapes of our MongoDB documents, but for those of installations, of the change feed and of forwarded
// requests.

import type {
  ApiRight,
  Checkpoint,
  Generation,
  HeldBack,
  InstallationId,
  NotificationState,
  RefreshedSync,
  RunOutcome,
  RunTimeline,
  SealedText,
  SyncId,
  TimeWindow,
  UnrecognisedCallback,
  Waiting,
  WebhookOutcome,
} from "@fleetkeeper/model";
import type { Binary } from "mongodb";
import type { OutboxFields } from "./events/event-documents.ts";

/** Collection `accounts`: finds an installation by what it is known by. `account-keys.ts` writes it. */
export interface AccountDocument {
  /**
   * `<account id, lower case>/<installation id>`; or in place of the account id one of the account's names or
   * a fingerprint of a client id, lower case and percent-encoded.
   */
  _id: string;
  installationId: InstallationId;
  /** Of a fingerprint: when an install brought it last. */
  fingerprintAt?: Date;
}

/** Collection `syncs`: the schedule. */
export interface SyncDocument extends OutboxFields {
  _id: SyncId;
  installationId: InstallationId;
  sync: string;
  /** Of this sync when it differs from its definition's. */
  intervalMs: number | null;
  /** Of its definition, as the worker that last completed a run has it. Absent before the first. */
  definedIntervalMs?: number;
  /**
   * When the dispatcher looks at it next. While it is dispatched or running this is the end of the lease, so
   * that lost work is dispatched again automatically. Null: only an operator, a new install or a granted
   * token wakes it.
   */
  nextRunAt: Date | null;
  /** Since when its job waits for a worker; null when none does. */
  dispatchedAt: Date | null;
  /** Grows with each dispatch, start and end: a run writes only while it is still the run's own. */
  fencingToken: number;
  /** A lower token is from before the account was forgotten and installed again; 0 where it never was. */
  firstToken: number;
  /** The install that its credential must be of at least: a run uses no older token. */
  generation: Generation;
  /** Of the dispatcher that took it last. */
  dispatchedBy?: string;
  waiting: Waiting;
  checkpoint: Checkpoint | null;
  /** Failed runs in a row. */
  failures: number;
  lastRun: RunOutcome | null;
  lastSuccessAt: Date | null;
  /** Asked for while a run was running: by an operator, it follows at once; by a webhook, after a pause. */
  runAgain: boolean | "webhook";
  /** The webhook that asked for the run that waits or runs; null or absent where none did. */
  refresh?: Refresh | null;
  /** Of a windowed sync: the window that the last complete pass read. */
  window: TimeWindow | null;
  /** Of a windowed sync: the next window begins no later, as not all items of the last one were taken. */
  rereadFrom: Date | null;
  /** When a run last changed a record: tells the readers of the change feed where to look. */
  lastChangeAt: Date | null;
  /** Collection of its records, as of the run that last changed one; absent before the first change. */
  resource?: string;
  /** Position of the newest entry of the change feed that counts; null before the first. */
  feedHead: string | null;
  /** Position of the first entry whose records may not be written yet; null when all are. */
  feedOpen: string | null;
  /** Since when records changed without an event (it is due at `outboxAt`); else absent. */
  untoldSince?: Date;
  /** The last complete pass that nothing disturbed, by its `Checkpoint.pass`; null before the first. */
  lastPass: number | null;
  /** Why the last complete pass could prove no deletion; null when it could. */
  disturbed: string | null;
  heldBack: HeldBack | null;
  /** What the last run read, where all of it is stored and nothing else is; see `run/steady.ts`. */
  steady?: SteadyPages | null;
  /** Items are set aside in the collection `setAside`. */
  hasSetAside: boolean;
  /** Runs since the last one in the collection `runs` that changed nothing, which are only counted. */
  quiet: QuietRuns | null;
  /** Documents added since the last tidying, and when that was. */
  untidied: number;
  tidiedAt: Date;
  /** MongoDB's clock when the last run started. */
  serverAt?: Date;
  createdAt: Date;
}

/** The pages of a pass after which the records were exactly what it had read. */
export interface SteadyPages {
  /** Of the only run that may rely on it: no other began in between. */
  forToken: number;
  /** When a pass last compared them with what is stored. */
  since: Date;
  /** A digest of each page. */
  pages: string[];
}

/** A run that a webhook asked for. */
export interface Refresh {
  /** The first delivery that asked. */
  delivery: string;
  at: Date;
}

/** Runs without news: they succeeded and changed no record. */
export interface QuietRuns {
  runs: number;
  since: Date;
}

/** Collection `runs`: ended runs that changed something or failed; 50 of each sync, for two weeks. */
export interface RunDocument extends RunOutcome {
  /** `<sync id>/<fencing token of the run's end, 12 digits>`. */
  _id: string;
  /** Runs without news between the run before and this one. */
  quietBefore?: QuietRuns;
  /** Absent in runs of versions that kept none. */
  timeline?: RunTimeline;
}

/** One collection a resource. `_id` is `<installation id>/<external id>`. */
export interface RecordDocument {
  _id: string;
  installationId: InstallationId;
  externalId: string;
  data: unknown;
  hash: string;
  /** Of the run that wrote it last: an older run cannot overwrite it. */
  fencingToken: number;
  firstSeenAt: Date;
  updatedAt: Date;
  deletedAt: Date | null;
  /** Since when complete passes have not seen it; null or absent while they do. */
  missingSince?: Date | null;
  /** The last complete pass that missed it, and how many in a row did. */
  missingPass?: number;
  missingTimes?: number;
}

/** Collection `passPages`: which records one page of a pass held, to find those that no page held. */
export interface PassPageDocument {
  /** `<sync id>/<pass, 12 digits>/<page, 8 digits>-<fencing token>`. */
  _id: string;
  /** Of each external id the first 8 bytes of its SHA-256. */
  fingerprints: Binary;
}

/**
 * Collection `setAside`: items that cannot be stored as records, for operators; the rest of their page is.
 */
export interface SetAsideDocument {
  /** `<sync id>/<external id, or a hash of the item>`. */
  _id: string;
  installationId: InstallationId;
  sync: string;
  /** The last pass that held it, and the run that wrote this. */
  pass: number;
  fencingToken: number;
  /** Of a windowed sync: the window that the item was read in. */
  window: TimeWindow | null;
  at: Date;
  reasons: string[];
  /** JSON, at most 8 000 characters. */
  item: string;
}

/** Collection `forgotten`: accounts that an older install, still under way, must not bring back. */
export interface ForgottenDocument extends OutboxFields {
  _id: InstallationId;
  at: Date;
  /** At least the highest token of its syncs, growing each time it is forgotten: new ones begin behind it. */
  fencingToken?: number;
  /** Since when its data is being deleted; null when that is done. */
  clearingSince: Date | null;
  /** Position of its last event: later ones come behind it. */
  lastEvent?: number;
  /** The request to forget whose end was reported to receivers. */
  toldFor?: Date;
}

/** Collection `apiKeys`: what the publisher's own back end comes with. */
export interface ApiKeyDocument {
  /** Part of the key's text, and no secret. */
  _id: string;
  /** SHA-256 of the key's text, in hexadecimal. */
  hash: string;
  /** For people. */
  name: string;
  rights: ApiRight[];
  /** The one app whose accounts it sees; null: of all apps. */
  irisAppId: string | null;
  createdAt: Date;
  createdBy: string;
  revokedAt: Date | null;
  lastUsedAt: Date | null;
  uses: number;
}

/** Collection `webhookEndpoints`: where Trackunit's webhooks of an account come in. */
export interface WebhookEndpointDocument {
  /** `<installation id>/<endpoint id>`. */
  _id: string;
  installationId: InstallationId;
  endpointId: string;
  /** As of the account's syncs: what carries a lower token is from before the account was forgotten. */
  firstToken: number;
  /** `paused`: deliveries are kept and set nothing off. `removed`: until no ingress knows it any more. */
  state: "active" | "paused" | "removed";
  /** The newest first. */
  keys: WebhookKey[];
  /** What a delivery is taken to be that does not say its type. */
  events: string[];
  createdAt: Date;
  /** When a worker tells the ingress of it next. */
  publishAt: Date;
  lastDeliveryAt: Date | null;
  /** The longest time between two deliveries, halved in effect with each week that passes. */
  usualGapMs: number;
  deliveries: number;
}

/** A signing key of an endpoint. */
export interface WebhookKey {
  sealed: SealedText;
  addedAt: Date;
  /** From then on it verifies nothing; null for the newest. */
  until: Date | null;
}

/** Collection `webhookDeliveries`: the last 2 000 of an account, for 30 days. */
export interface WebhookDeliveryDocument extends OutboxFields {
  /** `<installation id>/<32 digits of the message>`. */
  _id: string;
  installationId: InstallationId;
  endpointId: string;
  /** Of its endpoint. */
  firstToken: number;
  messageId: string;
  type: string | null;
  receivedAt: Date;
  bytes: number;
  payload: SealedText;
  outcome: WebhookOutcome;
  refreshed: RefreshedSync[];
  /** When an operator let it set off its syncs again last; absent before. */
  replayedAt?: Date;
}

/** Collection `notifications`: one document, what operators were told. */
export interface NotificationsDocument extends NotificationState {
  _id: "state";
  /** The process that tells now, and how long it does without another word. */
  holder: string;
  heldUntil: Date;
}

/** Collection `schema`: one document, which version of the schema the others have. */
export interface SchemaDocument {
  _id: "schema";
  version: number;
  /** The least schema version of code that can work with it. */
  readableBy: number;
  /** Documents that the migration under way has changed. */
  done: number;
  /** Where the migration in progress continues, if it goes through a collection by ids. */
  reached?: string;
  /** The process that migrates, and how long it does without another word. */
  holder: string;
  heldUntil: Date;
}

/** Collection `unrecognisedCallbacks`. */
export interface UnrecognisedDocument extends UnrecognisedCallback {
  /** The job's id. */
  _id: string;
}
