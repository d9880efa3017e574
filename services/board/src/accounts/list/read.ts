// One page of the list of accounts: what the address asks for, and the installations with their syncs.

import type { InstallationState } from "@fleetkeeper/model";
import type { InstallationRow, Store, SyncDocument } from "@fleetkeeper/store";
import { z } from "zod";
import { BadAddressError } from "../../errors.ts";

const pageSize = 25;
export const states = ["active", "paused", "revoked"] as const satisfies readonly InstallationState[];
export const sorts = ["id", "newest"] as const;

/** Whatever the address says that is none of these counts as not said. */
const query = z.object({
  search: z.string().trim().max(200).catch(""),
  state: z.enum(states).optional().catch(undefined),
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
  counts: Record<InstallationState, number>;
}

export function listRequestOf(queryString: unknown): ListRequest {
  return query.parse(queryString);
}

/** The address of a page of the list. */
export function addressOf(request: Partial<ListRequest>): string {
  const words = new URLSearchParams();
  const { search = "", state, sort = "id", after } = request;
  if (search !== "") words.set("search", search);
  if (state !== undefined) words.set("state", state);
  if (sort !== "id") words.set("sort", sort);
  if (after !== undefined) words.set("after", after);
  return words.size === 0 ? "/accounts" : `/accounts?${words}`;
}

/** @throws BadAddressError when `after` is not from a page of ours. */
export async function readList(
  options: { store: Store; countByState: Store["installations"]["countByState"]; now: () => Date },
  request: ListRequest,
): Promise<ListFacts> {
  const { store, countByState, now } = options;
  const { search, state, sort, after } = request;
  const [page, counts] = await Promise.all([
    store.installations
      .list({
        search,
        sort,
        limit: pageSize,
        ...(state === undefined ? {} : { state }),
        ...(after === undefined ? {} : { after }),
      })
      .catch((error: unknown) => {
        throw error instanceof TypeError ? new BadAddressError() : error;
      }),
    countByState(),
  ]);
  const syncs = await Promise.all(page.rows.map(({ _id }) => store.syncs.ofInstallation(_id)));
  const rows = page.rows.map((installation, index) => ({ installation, syncs: syncs[index] ?? [] }));
  return { at: now(), request, rows, next: page.next, counts };
}
