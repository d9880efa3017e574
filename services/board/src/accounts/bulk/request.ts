// What an address asks to be done to many accounts: which action, and which accounts.

import { asInstallationId } from "@fleetkeeper/model";
import { type AccountFilter, type BulkActionName, bulkActionNames } from "@fleetkeeper/operator";
import { z } from "zod";
import { BoardError } from "../../errors.ts";
import { bulkPath } from "../../html/paths.ts";
import { type ListRequest, narrowing } from "../list/read.ts";

/** `whose`: all accounts that fit, or those that were ticked. */
const query = narrowing.extend({
  action: z.enum(bulkActionNames),
  whose: z.enum(["fit", "ticked"]).catch("fit"),
  id: z.union([z.string(), z.array(z.string()).max(100)]).optional(),
});

/** What is asked. */
export interface BulkRequest {
  action: BulkActionName;
  filter: AccountFilter;
  /** As the list was narrowed down. */
  shown: Pick<ListRequest, "search" | "state" | "failing">;
}

/** @throws ERR_NOT_FOUND for an address that no form of ours leads to. */
export function bulkRequestOf(queryString: unknown): BulkRequest {
  const parsed = query.safeParse(queryString);
  if (!parsed.success) throw new BoardError("ERR_NOT_FOUND");
  const { action, whose, id = [], search, state, failing } = parsed.data;
  const shown = { search, state, failing };
  if (whose === "ticked") return { action, filter: { ids: [id].flat().map(asInstallationId) }, shown };
  const filter = {
    ...(search === "" ? {} : { search }),
    ...(state === undefined ? {} : { state }),
    ...(failing === undefined ? {} : { failing }),
  };
  return { action, filter, shown };
}

/** The address that asks the same. */
export function addressOfBulk({ action, filter, shown }: BulkRequest): string {
  const { ids } = filter;
  return bulkPath({ ...shown, action, ...(ids === undefined ? {} : { whose: "ticked" }) }, ids);
}
