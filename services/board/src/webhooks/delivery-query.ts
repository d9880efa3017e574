// Which deliveries an address asks for: by account, endpoint, type, outcome and time, one page at a time.

import type { InstallationId, WebhookOutcome } from "@fleetkeeper/model";
import { matchAccounts, maxMatches, outcomesInWords } from "@fleetkeeper/operator";
import type { DeliveryPage, DeliveryQuery, Store } from "@fleetkeeper/store";
import { z } from "zod";
import { BoardError } from "../errors.ts";
import { deliveriesPath } from "../html/paths.ts";
import { searchedTime, searchedWord } from "../html/search-form.ts";

const pageSize = 25;
/** Without an account, so far back is looked for a type or an outcome, unless the address says from when. */
const lookBackMs = 86_400_000;

export const outcomes = Object.keys(outcomesInWords) as [WebhookOutcome, ...WebhookOutcome[]];

const query = z.object({
  account: searchedWord(),
  endpoint: searchedWord(),
  type: searchedWord(),
  outcome: z.enum(outcomes).optional().catch(undefined),
  from: searchedTime,
  to: searchedTime,
  after: z.string().max(600).optional().catch(undefined),
});

export type DeliveriesRequest = z.output<typeof query>;

export interface DeliveriesFacts {
  at: Date;
  request: DeliveriesRequest;
  /**
   * Whose deliveries are asked for: undefined for everybody's; several, or none, where the name does not say.
   */
  accounts: { _id: InstallationId; accountId: string }[] | undefined;
  rows: DeliveryPage["rows"];
  /** `after` of the next page; undefined on the last. */
  next: string | undefined;
  /** Since when was looked, where the address does not say it and not everything was looked through. */
  lookedSince: Date | undefined;
}

export function deliveriesRequestOf(queryString: unknown): DeliveriesRequest {
  return query.parse(queryString);
}

/** The address of a page of deliveries. */
export function addressOf(request: Partial<DeliveriesRequest>): string {
  return deliveriesPath(request);
}

/** What the store is asked for, but for whose and how many. */
export function filtersOf({
  endpoint,
  type,
  outcome,
  from,
  to,
}: DeliveriesRequest): Omit<DeliveryQuery, "installationId" | "limit" | "after"> {
  return {
    ...(endpoint !== "" && { endpointId: endpoint }),
    ...(type !== "" && { type }),
    ...(outcome !== undefined && { outcome }),
    ...(from !== undefined && { from: new Date(`${from}Z`) }),
    ...(to !== undefined && { to: new Date(`${to}Z`) }),
  };
}

/** @throws ERR_BAD_ADDRESS when `after` is not from a page of ours. */
export async function readDeliveries(
  { store, now }: { store: Store; now: () => Date },
  request: DeliveriesRequest,
): Promise<DeliveriesFacts> {
  const { account, endpoint, type, outcome, from, to, after } = request;
  const at = now();
  const accounts = account === "" ? undefined : (await matchAccounts(store, account)).slice(0, maxMatches);
  const none = { at, request, accounts, rows: [], next: undefined, lookedSince: undefined };
  if (accounts !== undefined && accounts.length !== 1) return none;
  // An endpoint belongs to one account, whose deliveries an index finds.
  const owner = endpoint === "" ? null : await store.webhookEndpoints.findByEndpointId(endpoint);
  const installationId = accounts?.[0]?._id ?? owner?.installationId;
  const isWide = installationId === undefined && from === undefined;
  const lookedSince =
    isWide && (endpoint !== "" || type !== "" || outcome !== undefined)
      ? new Date((to === undefined ? at : new Date(`${to}Z`)).getTime() - lookBackMs)
      : undefined;
  const { rows, next } = await store.webhookDeliveries.list({
    ...filtersOf(request),
    ...(lookedSince && { from: lookedSince }),
    ...(installationId !== undefined && { installationId }),
    ...(after !== undefined && { after: positionOf(after) }),
    limit: pageSize,
  });
  return { ...none, rows, next: next && `${next.receivedAt.toISOString()} ${next._id}`, lookedSince };
}

/** The one account that is meant. @throws ERR_BAD_ADDRESS */
export async function accountOf(store: Store, { account }: DeliveriesRequest): Promise<InstallationId> {
  const [only, ...others] = await matchAccounts(store, account);
  if (only === undefined || others.length > 0) throw new BoardError("ERR_BAD_ADDRESS");
  return only._id;
}

function positionOf(after: string): NonNullable<DeliveryQuery["after"]> {
  const [time = "", _id = ""] = after.split(" ", 2);
  const receivedAt = new Date(time);
  if (Number.isNaN(receivedAt.getTime()) || _id === "") throw new BoardError("ERR_BAD_ADDRESS");
  return { receivedAt, _id };
}
