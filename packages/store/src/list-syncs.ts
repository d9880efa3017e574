// Pages of the operators' list of syncs, over all accounts, in the order of their ids.

import type { InstallationId, SyncId, Waiting } from "@fleetkeeper/model";
import type { Collection, Filter } from "mongodb";
import type { SyncDocument } from "./documents.ts";
import { idsUnder } from "./id-range.ts";
import { failingFilter } from "./sync-health.ts";

/** What the list is narrowed down to. */
export interface SyncListQuery {
  installationId?: InstallationId;
  /** The name of the sync. It is looked for by reading on until the page is full. */
  sync?: string;
  /**
   * Found by an index where each of them says a code, so where few syncs wait for it; the others are read on
   * for.
   */
  waitingFor?: readonly Waiting["for"][];
  /** Only those that fail, found by an index: what a failing sync waits for. */
  failing?: readonly Waiting["for"][];
  /** The last id of the page before. */
  after?: SyncId;
  /** At most 500. */
  limit: number;
}

/** One page of the list. */
export interface SyncPage {
  rows: SyncDocument[];
  /** `after` of the next page; undefined after the last. */
  next: SyncId | undefined;
}

/** One page, in the order of ids, at most `limit`. */
export async function listSyncs(syncs: Collection<SyncDocument>, query: SyncListQuery): Promise<SyncPage> {
  const { installationId, sync, waitingFor, failing, after, limit } = query;
  const under = installationId === undefined ? {} : idsUnder<SyncId>(installationId);
  const filter: Filter<SyncDocument> = {
    _id: after === undefined ? { $gte: "" as SyncId, ...under } : { ...under, $gt: after },
    ...(sync === undefined ? {} : { sync }),
    ...(waitingFor === undefined ? {} : waitingFilter(waitingFor)),
    ...(failing === undefined ? {} : failingFilter(failing)),
  };
  const found = await syncs
    .find(filter)
    .sort({ _id: 1 })
    .limit(limit + 1)
    .toArray();
  const rows = found.slice(0, limit);
  return { rows, next: found.length > limit ? rows.at(-1)?._id : undefined };
}

/** Those that say a code. */
const coded: readonly Waiting["for"][] = ["backoff", "scope", "operator", "credential"];

function waitingFilter(reasons: readonly Waiting["for"][]): Filter<SyncDocument> {
  const isCoded = reasons.every((reason) => coded.includes(reason));
  return { ...(isCoded && { "waiting.code": { $gt: "" } }), "waiting.for": { $in: [...reasons] } };
}
