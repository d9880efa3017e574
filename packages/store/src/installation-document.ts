// The shape of an installation in MongoDB, with its credentials: in force, candidates, former and refused
// ones.

import type {
  Generation,
  InstallationId,
  InstallationState,
  SealedText,
  TokenResult,
} from "@fleetkeeper/model";
import type { OutboxFields } from "./events/event-documents.ts";

/** A sealed credential, and the install that brought it. */
export interface StoredCredential {
  generation: Generation;
  sealedCredential: SealedText;
  /** Of the key that the credential is sealed with. */
  sealKeyId: string;
  clientIdFingerprint: string;
  /** When the install's callback arrived. */
  installedAt: Date;
}

/** A credential that takes over when the token endpoint has granted a token for it. */
export interface Candidate extends StoredCredential {
  /**
   * Tries in a row that proved nothing, and how many of them the endpoint or the API answered with a refusal
   * of some kind.
   */
  tries: number;
  rejections: number;
  /** Of these, those that said that the credential is none. Absent: before versions that count them. */
  refusals?: number;
  last?: { at: Date; code: string };
  /** Not before this; absent until it was tried. */
  tryAt?: Date;
  /** An operator brings this former credential back. */
  bringsBack?: Generation;
}

/** A credential that was in force; kept for a time, so that an operator can bring it back. */
export interface FormerCredential extends StoredCredential {
  inForceFrom: Date;
  inForceUntil: Date;
  keptUntil: Date;
}

/** A candidate that did not prove itself, for the operator to see. Its credential is gone. */
export interface RefusedCandidate {
  generation: Generation;
  clientIdFingerprint: string;
  installedAt: Date;
  at: Date;
  code: string;
}

/** The credential in force has another client id than the one before it. */
export interface ClientChange {
  at: Date;
  /** Fingerprints. */
  from: string;
  to: string;
}

/** Collection `installations`. Its credentials are changed by `credentials.ts` only. */
export interface InstallationDocument extends OutboxFields {
  _id: InstallationId;
  irisAppId: string;
  accountId: string;
  state: InstallationState;
  /**
   * New with each change of the credentials, which is written only if they did not change since they
   * were read.
   */
  revision: string;
  /** Of the credential in force; `noGeneration` before the first. An older install changes nothing. */
  generation: Generation;
  /** The credential in force; null until the first one has proved itself. */
  sealedCredential: SealedText | null;
  /** Of the key that the credential is sealed with. */
  sealKeyId: string;
  clientIdFingerprint: string;
  /** Of the install in force; of the first one while there is none. */
  installedAt: Date;
  inForceSince: Date | null;
  /** The newest last, all newer than the credential in force. */
  candidates: Candidate[];
  /** The one replaced last at the end. */
  former: FormerCredential[];
  /** The newest last. */
  refused: RefusedCandidate[];
  /** Null once an operator has seen it. */
  clientChange: ClientChange | null;
  /** When a candidate is to be tried; null where none waits, and while paused. */
  proveAt: Date | null;
  /** When the first former credential need no longer be kept; null where there is none. */
  formerUntil: Date | null;
  createdAt: Date;
  requestedScopes: string[];
  grantedScopes: string[];
  /** Absent until a token was asked for. */
  lastToken?: TokenResult;
  /** When the last token that was granted was issued; absent before the first. */
  lastGrantAt?: Date;
  /** Requests for a token in a row that did not get one, for any reason. */
  tokenFailures: number;
  /**
   * When the next token is to be asked for, if anybody will use it by then; null while paused or pending.
   */
  prewarmAt: Date | null;
  /**
   * From then on there is no token on purpose, for nobody would use it: the end of the last one. Null or
   * absent while one is kept warm. Indexed, to be counted.
   */
  noTokenFrom?: Date | null;
  /** When the next planned run needs one again; null where none is planned. Only with `noTokenFrom`. */
  tokenNeededAt?: Date | null;
  /**
   * An operator's name for the account, and what operators want to know of it. Survive a new install, as the
   * next two do.
   */
  name?: string | null;
  note?: string | null;
  /**
   * The account's name as the API told it when the credential in force proved itself; absent where nothing
   * asks.
   */
  toldName?: string;
  /** The publisher's own name for its customer, and what else it wants to find with the account. */
  reference?: string | null;
  metadata?: Record<string, string>;
}
