// One page of an account's records: what the address asks for, and what there is.

import type { InstallationId } from "@fleetkeeper/model";
import { columnsOf, countRecords, type ResourceCount } from "@fleetkeeper/operator";
import type { RecordPage, RecordQuery, RecordRow, Store, SyncDocument } from "@fleetkeeper/store";
import { z } from "zod";
import { BoardError } from "../../errors.ts";
import { searchedWord } from "../../html/search-form.ts";

const pageSize = 25;
const shownColumns = 4;

/** Any other value in the address is ignored. */
const query = z.object({
  resource: z.string().max(61).optional().catch(undefined),
  search: searchedWord(200),
  deleted: z.enum(["include", "only"]).optional().catch(undefined),
  /** Dotted paths, with commas between them. */
  columns: searchedWord(1_000),
  after: z.string().max(2_000).optional().catch(undefined),
  /** Records that the pages before looked at. */
  looked: z.coerce.number().int().nonnegative().max(1e12).catch(0),
});

export type RecordsRequest = z.output<typeof query>;

export interface RecordsFacts {
  request: RecordsRequest;
  counts: ResourceCount[];
  /** The one that is shown; undefined where no sync has written any. */
  resource: string | undefined;
  rows: RecordRow[];
  next: string | undefined;
  /** Records that this page and those before have looked at, where the search is not at its end. */
  lookedAt: number | undefined;
  columns: string[];
  /** That these records have. */
  allColumns: string[];
}

export function recordsRequestOf(queryString: unknown): RecordsRequest {
  return query.parse(queryString);
}

/** @throws ERR_BAD_ADDRESS when `after` is not from a page of ours. */
export async function readRecords(
  store: Pick<Store, "records">,
  installationId: InstallationId,
  syncs: readonly SyncDocument[],
  request: RecordsRequest,
): Promise<RecordsFacts> {
  const counts = await countRecords(store, installationId, syncs);
  const resources = counts.map(({ resource }) => resource);
  const resource = resources.find((name) => name === request.resource) ?? (await mostOf(counts));
  const { after } = request;
  const { rows, next, lookedAt }: RecordPage =
    resource === undefined
      ? { rows: [], next: undefined }
      : await store.records
          .page({
            ...queryOf(installationId, resource, request),
            limit: pageSize,
            ...(after === undefined ? {} : { after }),
          })
          .catch((error: unknown) => {
            throw error instanceof TypeError ? new BoardError("ERR_BAD_ADDRESS") : error;
          });
  const allColumns = columnsOf(rows);
  const wanted = request.columns.split(",").filter((path) => /^[^$]{1,100}$/.test(path));
  const columns = wanted.length > 0 ? wanted.slice(0, 12) : allColumns.slice(0, shownColumns);
  return {
    ...{ request, counts, resource, rows, next, columns, allColumns },
    lookedAt: lookedAt === undefined ? undefined : request.looked + lookedAt,
  };
}

export function queryOf(
  installationId: InstallationId,
  resource: string,
  { search, deleted }: Pick<RecordsRequest, "search" | "deleted">,
): Omit<RecordQuery, "limit"> {
  return {
    resource,
    whose: { installationId },
    ...(search === "" ? {} : { search }),
    ...(deleted === undefined ? {} : { deleted }),
  };
}

async function mostOf(counts: readonly ResourceCount[]): Promise<string | undefined> {
  return counts.toSorted((a, b) => b.records - a.records)[0]?.resource;
}
