// The audit log and the log of events as one, of all accounts or of one, in the order of time: filtered, and
// a page at a time.

import type { InstallationId } from "@fleetkeeper/model";
import type { Collection, Db, Filter } from "mongodb";
import type { AuditDocument } from "./audit-document.ts";
import { cursorOf, keyOf } from "./cursor.ts";
import type { EventDocument } from "./events/event-documents.ts";
import { idsUnder } from "./id-range.ts";
import { ownCollection } from "./own-collection.ts";

/** What a person did, or tried to do, and what happened to an account where receivers are notified of it. */
export const logKinds = ["audit", "event"] as const;
/** One of them. */
export type LogKind = (typeof logKinds)[number];

/** `refused`: a login, or a credential of an account. */
export const logOutcomes = ["done", "failed", "refused"] as const;
/** One of them. */
export type LogOutcome = (typeof logOutcomes)[number];

/** One line of the log. */
export interface LogEntry extends Omit<AuditDocument, "_id" | "outcome"> {
  id: string;
  kind: LogKind;
  /** Of an action that is noted before it is done: a failure follows as an entry of its own. */
  outcome: LogOutcome;
}

/** Which entries, and where to continue. */
export interface LogQuery {
  kind?: LogKind | undefined;
  installationId?: InstallationId | undefined;
  /** The whole name, such as `cli:jo`. */
  who?: string | undefined;
  /** The beginning of an action, or of an event's type. */
  action?: string | undefined;
  outcome?: LogOutcome | undefined;
  since?: Date | undefined;
  /** Before it. */
  until?: Date | undefined;
  /** Default `newest`. */
  first?: "newest" | "oldest";
  /** `next` of the page before. */
  after?: string | undefined;
  limit: number;
}

/** One page of entries. */
export interface LogPage {
  rows: LogEntry[];
  /** Where the next page begins; undefined after the last. */
  next: string | undefined;
}

/** The name that events have in place of a person's. */
export const nobody = "fleetkeeper";

const eventOutcomes: Record<string, LogOutcome> = {
  "account.credential_refused": "refused",
  "sync.failing": "failed",
};

/** Of this database. */
export type ActionLog = ReturnType<typeof createActionLog>;

const exportedAtOnce = 1_000;

/** To read; who acts writes. */
export function createActionLog(db: Db) {
  const audit: Collection<AuditDocument> = ownCollection(db, "audit");
  const events: Collection<EventDocument> = ownCollection(db, "eventLog");

  return {
    page,

    /** Every entry that fits, some at a time. */
    async *all(query: Omit<LogQuery, "after" | "limit">): AsyncGenerator<LogEntry[]> {
      let after: string | undefined;
      do {
        const { rows, next } = await page({ ...query, after, limit: exportedAtOnce });
        if (rows.length > 0) yield rows;
        after = next;
      } while (after !== undefined);
    },
  };

  /** @throws TypeError when `after` is not one that a page gave. */
  async function page(query: LogQuery): Promise<LogPage> {
    const { first = "newest", limit, after } = query;
    const key = after === undefined ? undefined : keyOf(after, 3);
    const found = await Promise.all(
      logKinds.map((kind) => (query.kind === undefined || query.kind === kind ? read(kind, query, key) : [])),
    );
    const sign = first === "newest" ? -1 : 1;
    const all = found.flat().sort((a, b) => sign * compare(keyFor(a), keyFor(b)));
    const rows = all.slice(0, limit);
    const last = rows.at(-1);
    return { rows, next: all.length > limit && last !== undefined ? cursorOf(...keyFor(last)) : undefined };
  }

  async function read(kind: LogKind, query: LogQuery, key: string[] | undefined): Promise<LogEntry[]> {
    const direction = query.first === "oldest" ? 1 : -1;
    const sort = { at: direction, _id: direction } as const;
    const limit = query.limit + 1;
    if (kind === "audit") {
      const filter = { ...commonFilter<AuditDocument>(kind, query, key), ...auditFilter(query) };
      return audit.find(filter).sort(sort).limit(limit).map(entryOfAudit).toArray();
    }
    const types = eventFilter(query);
    if (types === undefined) return [];
    const filter = { ...commonFilter<EventDocument>(kind, query, key), ...types };
    return events.find(filter).sort(sort).limit(limit).map(entryOfEvent).toArray();
  }
}

/** By time, then audit before events, then by id. */
function keyFor({ at, kind, id }: LogEntry): string[] {
  return [at.toISOString(), kind, id];
}

function compare(a: string[], b: string[]): number {
  const index = a.findIndex((part, place) => part !== b[place]);
  return index < 0 ? 0 : (a[index] ?? "") < (b[index] ?? "") ? -1 : 1;
}

function commonFilter<Document extends { _id: string; at: Date }>(
  kind: LogKind,
  { installationId, since, until, first }: LogQuery,
  key: string[] | undefined,
): Filter<Document> {
  const [atIso = "", keyKind = "", keyId = ""] = key ?? [];
  const keyAt = new Date(atIso);
  if (key !== undefined && Number.isNaN(keyAt.getTime()))
    throw new TypeError("this is not a cursor of a page");
  const [beyond, orSame] = first === "oldest" ? (["$gt", "$gte"] as const) : (["$lt", "$lte"] as const);
  // At the instant of the last entry: what comes behind it, of a kind that comes later all.
  const sameInstant =
    kind === keyKind
      ? [{ at: keyAt, _id: { [beyond]: keyId } }]
      : kind > keyKind === (first === "oldest")
        ? [{ at: keyAt }]
        : [];
  const range = { ...(since && { $gte: since }), ...(until && { $lt: until }) };
  return {
    ...(installationId !== undefined && { _id: idsUnder(installationId) }),
    ...(Object.keys(range).length > 0 && { at: range }),
    ...(key !== undefined && {
      $and: [{ at: { [orSame]: keyAt } }, { $or: [{ at: { [beyond]: keyAt } }, ...sameInstant] }],
    }),
  } as Filter<Document>;
}

function auditFilter({ who, action, outcome }: LogQuery): Filter<AuditDocument> {
  return {
    ...(who !== undefined && { who }),
    ...(action !== undefined && { action: { $regex: `^${escaped(action)}` } }),
    ...(outcome !== undefined && { outcome: outcome === "done" ? (null as never) : outcome }),
  };
}

/** Undefined: no event fits. */
function eventFilter({ who, action, outcome }: LogQuery): Filter<EventDocument> | undefined {
  if (who !== undefined && who !== nobody) return undefined;
  const special = Object.keys(eventOutcomes);
  const ofOutcome = special.filter((type) => eventOutcomes[type] === outcome);
  return {
    ...(action !== undefined && { type: { $regex: `^${escaped(action)}` } }),
    ...(outcome === "done" && { $nor: special.map((type) => ({ type })) }),
    ...(outcome !== undefined && outcome !== "done" && { $or: ofOutcome.map((type) => ({ type })) }),
  } as Filter<EventDocument>;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function entryOfAudit({ _id, outcome, ...entry }: AuditDocument): LogEntry {
  return { id: _id, kind: "audit", ...entry, outcome: outcome ?? "done" };
}

function entryOfEvent({ _id, type, at, installationId, data }: EventDocument): LogEntry {
  const { sync, code } = data;
  return {
    id: _id,
    kind: "event",
    at,
    who: nobody,
    action: type,
    outcome: eventOutcomes[type] ?? "done",
    installationId,
    ...(typeof sync === "string" && { sync }),
    ...(typeof code === "string" && { code }),
  };
}
