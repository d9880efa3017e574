// Pages of the operators' list of installations: searched, filtered and sorted by index and by key, so that
// the last page costs what the first does.

import {
  type InstallationId,
  type InstallationState,
  installationIdPrefix,
  type SyncId,
  type Waiting,
} from "@fleetkeeper/model";
import type { Collection } from "mongodb";
import { keysOf } from "./account-keys.ts";
import { cursorOf, keyOf } from "./cursor.ts";
import type { AccountDocument, SyncDocument } from "./documents.ts";
import { idsUnder } from "./id-range.ts";
import type { InstallationDocument } from "./installation-document.ts";
import { type InstallationPage, type InstallationRow, rowOf } from "./installation-row.ts";
import { searchAccounts } from "./search-accounts.ts";
import { failingFilter } from "./sync-health.ts";

/** What the list is narrowed down to, and how it is sorted. */
export interface ListQuery {
  /**
   * Any part of an account's id, of one of its names, of a fingerprint or of the installation id; or the
   * beginning of an app's name, with its `@`.
   */
  search?: string;
  /** Of what is searched for, only the beginning fits. */
  beginning?: boolean;
  state?: InstallationState;
  /** Only of this app. */
  app?: string;
  /** Only with this reference of the publisher's. */
  reference?: string;
  /**
   * Only accounts with a sync that waits for one of these reasons, and with this code if any; by id. All else
   * that is said counts too.
   */
  failing?: { reasons: readonly Waiting["for"][]; code?: string | undefined };
  /**
   * `id`: by app and account, or by account where accounts are searched; `newest`: the last installed first,
   * not with `search`.
   */
  sort: "id" | "newest";
  /** `next` of the page before. */
  after?: string;
  /** At most 500. */
  limit: number;
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
  if (search !== "" && !search.startsWith("@"))
    return searchAccounts(collections, { ...query, text: search });
  const isNarrowed = query.app !== undefined || query.reference !== undefined;
  return query.sort === "newest" && search === "" && !isNarrowed
    ? byNewest(collections, query)
    : byId(collections, query);
}

/** The installations of one account, its id in any case: one for each app that it installed. */
export async function installationsOfAccount(
  { installations, accounts }: Collections,
  accountId: string,
): Promise<InstallationRow[]> {
  const keys = await accounts.find({ _id: idsUnder(accountId.toLowerCase()) }).toArray();
  const ids = keys.map(({ installationId }) => installationId);
  const found = installations.find({ _id: { $in: ids } }).sort({ _id: 1 });
  const rows = await found.map(rowOf).toArray();
  // Another account may be called so.
  return rows.filter((row) => row.accountId.toLowerCase() === accountId.toLowerCase());
}

/**
 * This many failing syncs are read for each account of a page; of an account with more, the next page begins
 * behind it.
 */
const syncsPerAccount = 50;

/** After this a page ends as it is, and the next one continues from there. */
const failingMs = 700;

async function byFailing(
  collections: Collections,
  query: ListQuery,
  failing: NonNullable<ListQuery["failing"]>,
): Promise<InstallationPage> {
  const { after, limit } = query;
  const endsAtMs = performance.now() + failingMs;
  const rows: InstallationRow[] = [];
  let reached = after === undefined ? undefined : (keyOf(after, 1)[0] ?? "");
  for (;;) {
    const some = await someFailing(collections, { ...query, reached }, failing);
    for (const row of some.rows) {
      if (rows.length === limit) return { rows, next: cursorOf(reached) };
      rows.push(row);
      reached = row._id;
    }
    reached = some.lastId ?? reached;
    if (!some.isMore) return { rows, next: undefined };
    if (rows.length === limit) return { rows, next: cursorOf(reached) };
    if (performance.now() > endsAtMs) return { rows, next: cursorOf(reached), isCut: true };
  }
}

/** Those that fit of some accounts behind `reached`; `lastId`: of the last account that was looked at. */
async function someFailing(
  { installations, syncs }: Collections,
  query: ListQuery & { reached: string | undefined },
  { reasons, code }: NonNullable<ListQuery["failing"]>,
): Promise<{ rows: InstallationRow[]; lastId: InstallationId | undefined; isMore: boolean }> {
  const { reached, limit, state } = query;
  const apps = appsOf(query);
  if (apps === undefined) return { rows: [], lastId: undefined, isMore: false };
  // Behind every sync of that installation: `0` follows `/`.
  const begin = (reached === undefined ? apps : `${reached}0`) as SyncId;
  const atOnce = (limit + 1) * syncsPerAccount;
  const found = await syncs
    .find(
      { ...failingFilter(reasons, code), _id: { $gt: begin, $lt: `${apps}${last}` as SyncId } },
      { projection: { installationId: 1 } },
    )
    .sort({ _id: 1 })
    .limit(atOnce)
    .toArray();
  const ids = [...new Set(found.map(({ installationId }) => installationId))];
  const looked = ids.slice(0, limit);
  const rows = await installations
    .find({ _id: { $in: looked }, ...(state === undefined ? {} : { state }) })
    .sort({ _id: 1 })
    .map(rowOf)
    .toArray();
  return {
    rows: rows.filter((row) => fits(row, query)),
    lastId: looked.at(-1),
    isMore: ids.length > limit || found.length === atOnce,
  };
}

/** What ids of the app, or of apps whose name is searched for, begin with; undefined where none can fit. */
function appsOf({ app, search = "" }: ListQuery): string | undefined {
  const wanted = search.trim();
  const searched = wanted.startsWith("@") ? wanted : "";
  if (app === undefined) return installationIdPrefix(searched);
  return app.startsWith(searched) ? `${installationIdPrefix(app)}.` : undefined;
}

/** Whether what is searched for, and the reference, are the account's. */
function fits(row: InstallationRow, { search = "", beginning, reference }: ListQuery): boolean {
  if (reference !== undefined && row.reference !== reference) return false;
  const wanted = search.trim().toLowerCase();
  if (wanted === "" || wanted.startsWith("@")) return true;
  const texts = keysOf(row).map(({ text }) => text);
  return beginning
    ? texts.some((text) => text.startsWith(wanted))
    : [row._id.toLowerCase(), ...texts].some((text) => text.includes(wanted));
}

async function byId({ installations }: Collections, query: ListQuery): Promise<InstallationPage> {
  const { state, reference, after, limit } = query;
  const prefix = appsOf(query);
  if (prefix === undefined) return { rows: [], next: undefined };
  const end = `${prefix}${last}` as InstallationId;
  const begin = (after === undefined ? prefix : (keyOf(after, 1)[0] ?? "")) as InstallationId;
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
  const [installedAtIso = "", _id = ""] = after === undefined ? [] : keyOf(after, 2);
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
