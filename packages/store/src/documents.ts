// The shapes of our MongoDB documents.

import type {
  Checkpoint,
  Generation,
  InstallationId,
  InstallationState,
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
  clientIdFingerprint: string;
  installedAt: Date;
  createdAt: Date;
  requestedScopes: string[];
  grantedScopes: string[];
  lastToken: TokenResult | null;
  /** Requests for a token in a row that did not get one, for whatever reason. */
  tokenFailures: number;
  /** When the next token is to be asked for; null while paused. */
  prewarmAt: Date | null;
}

/** Collection `syncs`: the schedule. */
export interface SyncDocument {
  _id: SyncId;
  installationId: InstallationId;
  sync: string;
  /** Of this sync when it differs from its definition's. */
  intervalMs: number | null;
  /**
   * When the dispatcher looks at it next. While it is dispatched or running this is the end of the lease, so that lost
   * work is dispatched again by itself. Null: only an operator, a new install or a granted token wakes it.
   */
  nextRunAt: Date | null;
  /** Grows with each dispatch and each start; every write of a run is made only while it is still the run's own. */
  fencingToken: number;
  waiting: Waiting;
  checkpoint: Checkpoint | null;
  /** Failed runs in a row. */
  failures: number;
  lastRun: RunOutcome | null;
  lastSuccessAt: Date | null;
  createdAt: Date;
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
