// Pages of the operators' list of installations: searched, filtered and sorted by index and by key, so that the last page costs what the first does.

import {
  type InstallationId,
  type InstallationState,
  installationIdPrefix,
  type SyncId,
  type Waiting,
} from "@fleetkeeper/model";
import type { Collection } from "mongodb";
import { cursorOf, keyOf } from "./cursor.ts";
import type { AccountDocument, SyncDocument } from "./documents.ts";
import { withFieldsOfToday } from "./edit-credentials.ts";
import { idsUnder } from "./id-range.ts";
import type { Candidate, FormerCredential, InstallationDocument } from "./installation-document.ts";
import { failingFilter } from "./sync-health.ts";

/** What the list is narrowed down to, and how it is sorted. */
export interface ListQuery {
  /** The beginning of an account id, in any case, or of an app's name with its `@`. */
  search?: string;
  state?: InstallationState;
  /** Only of this app; with the next, by id and without `search`. */
  app?: string;
  /** Only with this reference of the publisher's. */
  reference?: string;
  /** Only accounts with a sync that waits for one of these reasons, and with this code if any; by id, without `search`. */
  failing?: { reasons: readonly Waiting["for"][]; code?: string | undefined };
  /** `id`: by app and account, or by account where accounts are searched; `newest`: the last installed first, not with `search`. */
  sort: "id" | "newest";
  /** `next` of the page before. */
  after?: string;
  /** At most 500. */
  limit: number;
}

/** An installation without its credentials. */
export type InstallationRow = Omit<InstallationDocument, "sealedCredential" | "candidates" | "former"> & {
  candidates: Omit<Candidate, "sealedCredential">[];
  former: Omit<FormerCredential, "sealedCredential">[];
};

/** For whoever shows it: no sealed text is left in it. */
export function rowOf(found: InstallationDocument): InstallationRow {
  const { candidates, former, ...rest } = unsealed(withFieldsOfToday(found));
  return { ...rest, candidates: candidates.map(unsealed), former: former.map(unsealed) };
}

function unsealed<Given extends { sealedCredential: unknown }>({
  sealedCredential: _,
  ...rest
}: Given): Omit<Given, "sealedCredential"> {
  return rest;
}

/** One page of the list. */
export interface InstallationPage {
  rows: InstallationRow[];
  /** Where the next page begins; undefined after the last. */
  next: string | undefined;
}

interface Collections {
  installations: Collection<InstallationDocument>;
  accounts: Collection<AccountDocument>;
  syncs: Collection<SyncDocument>;
}

/** Behind every character that an id of ours can hold. */
const last = "~";

/** @throws TypeError when `after` is not one that a page gave. */
export async function listInstallations(
  collections: Collections,
  query: ListQuery,
): Promise<InstallationPage> {
  if (query.failing !== undefined) return byFailing(collections, query, query.failing);
  const search = query.search?.trim() ?? "";
  if (search !== "" && !search.startsWith("@")) return byAccount(collections, query, search.toLowerCase());
  const isNarrowed = query.app !== undefined || query.reference !== undefined;
  return query.sort === "newest" && search === "" && !isNarrowed
    ? byNewest(collections, query)
    : byId(collections, query, search);
}

/** The installations of one account, its id in any case: one for each app that it installed. */
export async function installationsOfAccount(
  { installations, accounts }: Collections,
  accountId: string,
): Promise<InstallationRow[]> {
  const keys = await accounts.find({ _id: idsUnder(accountId.toLowerCase()) }).toArray();
  const ids = keys.map(({ installationId }) => installationId);
  return installations
    .find({ _id: { $in: ids } })
    .sort({ _id: 1 })
    .map(rowOf)
    .toArray();
}

/** The key under which an account's installation is found by the beginning of the account id. */
export function accountKeyOf(accountId: string, installationId: InstallationId): string {
  return `${accountId.toLowerCase()}/${installationId}`;
}

/** This many failing syncs are read for each account of a page; of an account with more, the next page begins behind it. */
const syncsPerAccount = 50;

async function byFailing(
  { installations, syncs }: Collections,
  { state, after, limit }: ListQuery,
  { reasons, code }: NonNullable<ListQuery["failing"]>,
): Promise<InstallationPage> {
  // Behind every sync of that installation: `0` follows `/`.
  const begin = `${after === undefined ? "" : `${keyOf(after)[0] ?? ""}0`}` as SyncId;
  const found = await syncs
    .find({ ...failingFilter(reasons, code), _id: { $gt: begin } }, { projection: { installationId: 1 } })
    .sort({ _id: 1 })
    .limit((limit + 1) * syncsPerAccount)
    .toArray();
  const ids = [...new Set(found.map(({ installationId }) => installationId))];
  const shown = ids.slice(0, limit);
  const rows = await installations
    .find({ _id: { $in: shown }, ...(state === undefined ? {} : { state }) })
    .sort({ _id: 1 })
    .map(rowOf)
    .toArray();
  const isMore = ids.length > limit || found.length === (limit + 1) * syncsPerAccount;
  return { rows, next: isMore ? cursorOf(shown.at(-1)) : undefined };
}

async function byAccount(
  { installations, accounts }: Collections,
  query: ListQuery,
  prefix: string,
): Promise<InstallationPage> {
  const { state, limit } = query;
  const from = query.after === undefined ? { $gte: prefix } : { $gt: keyOf(query.after)[0] ?? "" };
  const keys = await accounts
    .find({ _id: { ...from, $lt: `${prefix}${last}` } })
    .sort({ _id: 1 })
    .limit(limit + 1)
    .toArray();
  const shown = keys.slice(0, limit);
  const found = installations
    .find({ _id: { $in: shown.map(({ installationId }) => installationId) } })
    .map(rowOf);
  const byId = new Map((await found.toArray()).map((row) => [row._id, row]));
  const rows = shown.flatMap(({ installationId }) => byId.get(installationId) ?? []);
  return {
    rows: rows.filter((row) => state === undefined || row.state === state),
    next: keys.length > limit ? cursorOf(shown.at(-1)?._id) : undefined,
  };
}

async function byId(
  { installations }: Collections,
  query: ListQuery,
  search: string,
): Promise<InstallationPage> {
  const { state, reference, after, limit } = query;
  const prefix =
    query.app === undefined ? installationIdPrefix(search) : `${installationIdPrefix(query.app)}.`;
  const end = `${prefix}${last}` as InstallationId;
  const begin = (after === undefined ? prefix : (keyOf(after)[0] ?? "")) as InstallationId;
  const _id = after === undefined ? { $gte: begin, $lt: end } : { $gt: begin, $lt: end };
  const rows = await installations
    .find({
      _id,
      ...(state === undefined ? {} : { state }),
      ...(reference === undefined ? {} : { reference }),
    })
    .sort({ _id: 1 })
    .limit(limit + 1)
    .map(rowOf)
    .toArray();
  return paged(rows, limit, (row) => cursorOf(row._id));
}

async function byNewest({ installations }: Collections, query: ListQuery): Promise<InstallationPage> {
  const { state, after, limit } = query;
  const [installedAtIso = "", _id = ""] = after === undefined ? [] : keyOf(after);
  const installedAt = new Date(installedAtIso);
  const behind = {
    $or: [{ installedAt: { $lt: installedAt } }, { installedAt, _id: { $gt: _id as InstallationId } }],
  };
  const rows = await installations
    .find({ ...(after === undefined ? {} : behind), ...(state === undefined ? {} : { state }) })
    .sort({ installedAt: -1, _id: 1 })
    .limit(limit + 1)
    .map(rowOf)
    .toArray();
  return paged(rows, limit, (row) => cursorOf(row.installedAt.toISOString(), row._id));
}

function paged(
  rows: InstallationRow[],
  limit: number,
  cursor: (row: InstallationRow) => string,
): InstallationPage {
  const shown = rows.slice(0, limit);
  const lastShown = shown.at(-1);
  return {
    rows: shown,
    next: rows.length > limit && lastShown !== undefined ? cursor(lastShown) : undefined,
  };
}
