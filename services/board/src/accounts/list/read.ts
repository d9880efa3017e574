// One page of the list of accounts: what the address asks for, and the installations with their syncs.

import { type InstallationState, installationStates } from "@fleetkeeper/model";
import { failingReasons } from "@fleetkeeper/operator";
import type { InstallationRow, Store, SyncDocument, SyncHealth } from "@fleetkeeper/store";
import { z } from "zod";
import { BoardError } from "../../errors.ts";
import { listPath } from "../../html/paths.ts";
import { searchedWord } from "../../html/search-form.ts";

const pageSize = 25;
export const sorts = ["id", "newest"] as const;

/** What narrows the list down. Any other value in the address is ignored. */
export const narrowing = z.object({
  search: searchedWord(200),
  state: z.enum(installationStates).optional().catch(undefined),
  /** `any`, or the code of a failure. */
  failing: z
    .string()
    .regex(/^\w{1,60}$/)
    .optional()
    .catch(undefined),
});

const query = narrowing.extend({
  sort: z.enum(sorts).catch("id"),
  after: z.string().max(2_000).optional().catch(undefined),
});

export type ListRequest = z.output<typeof query>;

export interface ListFacts {
  at: Date;
  request: ListRequest;
  rows: { installation: InstallationRow; syncs: SyncDocument[] }[];
  /** `after` of the next page; undefined on the last. */
  next: string | undefined;
  /** A search ended the page before it was full. */
  isCut: boolean;
  counts: Record<InstallationState, number>;
  /** How many accounts have a failing sync. */
  failing: Pick<SyncHealth, "accounts" | "isMore">;
}

export function listRequestOf(queryString: unknown): ListRequest {
  return query.parse(queryString);
}

/** The address of a page of the list. */
export function addressOf({ sort, ...request }: Partial<ListRequest>): string {
  return listPath({ ...request, sort: sort === "id" ? undefined : sort });
}

/** @throws ERR_BAD_ADDRESS when `after` is not from a page of ours. */
export async function readList(
  options: {
    store: Store;
    countByState: Store["installations"]["countByState"];
    readHealth: () => Promise<SyncHealth>;
    now: () => Date;
  },
  request: ListRequest,
): Promise<ListFacts> {
  const { store, countByState, readHealth, now } = options;
  const { search, state, sort, failing, after } = request;
  const [page, counts, health] = await Promise.all([
    store.installations
      .list({
        search,
        sort,
        limit: pageSize,
        ...(state === undefined ? {} : { state }),
        ...(failing === undefined
          ? {}
          : { failing: { reasons: failingReasons, code: failing === "any" ? undefined : failing } }),
        ...(after === undefined ? {} : { after }),
      })
      .catch((error: unknown) => {
        throw error instanceof TypeError ? new BoardError("ERR_BAD_ADDRESS") : error;
      }),
    countByState(),
    readHealth(),
  ]);
  const syncs = await Promise.all(page.rows.map(({ _id }) => store.syncs.ofInstallation(_id)));
  const rows = page.rows.map((installation, index) => ({ installation, syncs: syncs[index] ?? [] }));
  const { next, isCut = false } = page;
  return { at: now(), request, rows, next, isCut, counts, failing: health };
}
