// The shapes of our MongoDB documents.

import type {
  Checkpoint,
  Generation,
  InstallationId,
  InstallationState,
  RecordChange,
  RunOutcome,
  SealedText,
  SyncId,
  TokenResult,
  Waiting,
} from "@fleetkeeper/model";

/** Collection `installations`. */
export interface InstallationDocument {
  _id: InstallationId;
  irisAppId: string;
  accountId: string;
  state: InstallationState;
  /** Of the newest install; an older one changes nothing. */
  generation: Generation;
  sealedCredential: SealedText;
  /** Of the key that the credential is sealed with. */
  sealKeyId: string;
  clientIdFingerprint: string;
  installedAt: Date;
  createdAt: Date;
  requestedScopes: string[];
  grantedScopes: string[];
  /** Absent until a token was asked for. */
  lastToken?: TokenResult;
  /** When the last token that was granted was issued; absent before the first. */
  lastGrantAt?: Date;
  /** Requests for a token in a row that did not get one, for whatever reason. */
  tokenFailures: number;
  /** When the next token is to be asked for; null while paused. */
  prewarmAt: Date | null;
}

/** Collection `accounts`: finds an installation by the beginning of its account id. */
export interface AccountDocument {
  /** `<account id, lower case>/<installation id>`. */
  _id: string;
  installationId: InstallationId;
}

/** Collection `syncs`: the schedule. */
export interface SyncDocument {
  _id: SyncId;
  installationId: InstallationId;
  sync: string;
  /** Of this sync when it differs from its definition's. */
  intervalMs: number | null;
  /** Of its definition, as the worker that last completed a run has it. Absent before the first. */
  definedIntervalMs?: number;
  /**
   * When the dispatcher looks at it next. While it is dispatched or running this is the end of the lease, so that lost
   * work is dispatched again by itself. Null: only an operator, a new install or a granted token wakes it.
   */
  nextRunAt: Date | null;
  /** Since when its job waits for a worker; null when none does. */
  dispatchedAt: Date | null;
  /** Grows with each dispatch and each start; every write of a run is made only while it is still the run's own. */
  fencingToken: number;
  waiting: Waiting;
  checkpoint: Checkpoint | null;
  /** Failed runs in a row. */
  failures: number;
  lastRun: RunOutcome | null;
  lastSuccessAt: Date | null;
  /** An operator asked for a run while one was running: the next follows at once. */
  runAgain: boolean;
  /** Of a windowed sync: everything that happened before it has been read. */
  watermark: Date | null;
  /** When a run last changed a record: tells the readers of the change feed where to look. */
  lastChangeAt: Date | null;
  createdAt: Date;
}

/** Collection `runs`: ended runs, kept for two weeks. */
export interface RunDocument extends RunOutcome {
  /** `<sync id>/<end of the run, ISO>`. */
  _id: string;
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
}

/** Collection `passPages`: which records one page of the current pass held, to find what vanished. */
export interface PassPageDocument {
  /** `<sync id>/<pass id>/<page number, 8 digits>`. */
  _id: string;
  externalIds: string[];
}

/** Collection `setAside`: items that did not fit their definition, for the operator to see. The rest of their page went on. */
export interface SetAsideDocument {
  /** `<sync id>/<external id, or a hash of the item>`. */
  _id: string;
  installationId: InstallationId;
  sync: string;
  passId: string;
  at: Date;
  reasons: string[];
  /** JSON, at most 8 000 characters. */
  item: string;
}

/** Collection `changes`: what one page of one run changed. */
export interface ChangesDocument {
  /** `<sync id>/<fencing token, 12 digits>-<page, 8 digits>`: grows with time within one sync. */
  _id: string;
  at: Date;
  changes: RecordChange[];
}

/** Collection `feedCursors`: how far one consumer of the change feed has come in one sync. */
export interface FeedCursorDocument {
  /** `<sync id>/<consumer>`. */
  _id: string;
  position: string;
}

/** Collection `forgotten`: that an account was forgotten, so that an older install which is still under way does not bring it back. */
export interface ForgottenDocument {
  _id: InstallationId;
  at: Date;
}

/** Collection `audit`: what operators did. Outlives the account. */
export interface AuditDocument {
  /** `<installation id, or queue-<name>>/<time, ISO>-<random>`. */
  _id: string;
  at: Date;
  /** User name. */
  who: string;
  /** For instance `pause`. */
  action: string;
  installationId?: InstallationId;
  /** Of an action on all of a queue, which is about no account. */
  queue?: string;
  /** The sync, where it is about one. */
  sync?: string;
}

/** Collection `unrecognisedCallbacks`. */
export interface UnrecognisedDocument {
  /** The job's id. */
  _id: string;
  installationId: InstallationId;
  irisAppId: string;
  accountId: string;
  type: string;
  sealedBody: SealedText;
  receivedAt: Date;
}
