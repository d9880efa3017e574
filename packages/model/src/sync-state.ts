// A sync of one installation: its schedule, its durable progress, and why it waits.

import type { InstallationId } from "./installation-id.ts";

/** `<installation id>/<sync name>`. */
export type SyncId = string & { readonly __brand: "SyncId" };

/** The id of a sync: its installation's and its name. */
export function syncIdOf(installationId: InstallationId, sync: string): SyncId {
  return `${installationId}/${sync}` as SyncId;
}

/** The way back from `syncIdOf`, to the installation. */
export function installationOfSync(syncId: SyncId): InstallationId {
  return syncId.slice(0, syncId.indexOf("/")) as InstallationId;
}

/**
 * The state of an installation. `pending`: no credential of it has proved itself yet. `revoked`: Trackunit
 * refuses its credential; a new install or a later grant ends that.
 */
export type InstallationState = "pending" | "active" | "paused" | "revoked";

/** All of them, in the order of a life. */
export const installationStates = [
  "pending",
  "active",
  "paused",
  "revoked",
] as const satisfies InstallationState[];

/**
 * Why a sync does not run at this moment, and until when. `until` is absent where only an operator's or the
 * account's action ends it.
 */
export type Waiting =
  | { for: "schedule"; until: Date }
  | { for: "worker"; since: Date }
  | { for: "next-slice"; pages: number; records: number }
  | { for: "running"; since: Date; pages: number; records: number }
  | { for: "rate-limit"; until: Date; family: string }
  | { for: "backoff"; until: Date; code: string; attempt: number; message: string }
  | { for: "operator"; code: "paused"; of: "account" | "sync" }
  | { for: "scope"; until: Date; code: string; message: string }
  | { for: "credential"; code: "revoked" };

/** Our durable progress through one pass over a resource. Written only after the records it stands for. */
export interface Checkpoint {
  /** Marks the pass: the fencing token of the run that began it, so a later pass has a greater one. */
  pass: number;
  startedAt: Date;
  /** Trackunit's position of the next page; null before the first page. */
  cursor: string | null;
  pages: number;
  records: number;
  changes: RecordChanges;
  /** Every page has been read: what is left is to find the records that none of them held. */
  complete: boolean;
  /**
   * Why this pass cannot prove that a record is gone, in words for the operator; null while nothing disturbed
   * it.
   */
  disturbed: string | null;
  /**
   * No run of the sync came before this pass: nothing was there that it could miss, so that it needs neither
   * notes of its pages nor a search.
   */
  isFirst?: boolean;
  /** How far the search for missing records has come; null before it began. */
  sweep: Sweep | null;
  /** Of a sync that reads what happened in a window of time; null for the others. */
  window: TimeWindow | null;
  /** What the run's slices before did; written at the end of each. */
  timeline?: RunTimeline;
}

/** From (inclusive) and to (exclusive). */
export interface TimeWindow {
  from: Date;
  to: Date;
}

/**
 * The search for records that a complete pass did not see: first all of them are noted as missing, then some
 * are deleted.
 */
export interface Sweep {
  phase: "note" | "delete";
  /** The `_id` up to which the stored records have been looked at; null before the first. */
  after: string | null;
  /**
   * Records that are not deleted, and how many of them the pass did not see, as far as they have been looked
   * at.
   */
  known: number;
  missing: number;
}

/**
 * A pass missed too many records to delete them: an operator must confirm it, or more passes must miss them
 * too.
 */
export interface HeldBack {
  /** How many of the known records the last pass missed. */
  missing: number;
  known: number;
  /** How many passes in a row missed that many, and since when. */
  passes: number;
  since: Date;
  /** How many passes are believed without a confirmation; null: none, since the account's client changed. */
  believedAfter: number | null;
  /** After how many passes an operator confirmed; null before. */
  confirmedAfter: number | null;
}

/** How many records a run touched, by kind of change. */
export interface RecordChanges {
  created: number;
  updated: number;
  deleted: number;
  unchanged: number;
  rejected: number;
}

/** The end of a run, complete or not. */
export interface RunOutcome {
  at: Date;
  startedAt: Date;
  outcome: "succeeded" | "failed";
  code?: string;
  message?: string;
  records: number;
  pages: number;
  changes: RecordChanges;
  /** The delivery of a webhook that set it off; absent where the schedule or an operator did. */
  setOffBy?: string;
}

/** One step. `slice`: a worker took the run up. */
export type RunEvent = { at: Date } & (
  | { kind: "slice" }
  | {
      kind: "request";
      method: string;
      /** Without its query. */
      path: string;
      /** Null where no whole answer came. */
      status: number | null;
      durationMs: number;
      /** 2: sent again with another token. */
      attempt: number;
      /** For a limit, before it was sent. */
      waitedMs: number;
    }
  | { kind: "page"; records: number; changes: RecordChanges }
);

/** The first steps and the last ones. */
export interface RunTimeline {
  events: RunEvent[];
  /** Steps between them that are not kept. */
  leftOut: number;
}

/** Of a run that has written nothing. */
export const noChanges: RecordChanges = { created: 0, updated: 0, deleted: 0, unchanged: 0, rejected: 0 };

/** The sum, kind by kind. */
export function addChanges(a: RecordChanges, b: RecordChanges): RecordChanges {
  return {
    created: a.created + b.created,
    updated: a.updated + b.updated,
    deleted: a.deleted + b.deleted,
    unchanged: a.unchanged + b.unchanged,
    rejected: a.rejected + b.rejected,
  };
}

/**
 * What a sync did to one record. `fields` are the top-level fields that differ; all of them when it was
 * created.
 */
export interface RecordChange {
  externalId: string;
  kind: "created" | "updated" | "deleted";
  fields: string[];
  /** After the change; for a deletion, its last state. */
  data: unknown;
}
