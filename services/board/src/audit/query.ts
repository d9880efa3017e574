// Which entries of the log an address asks for: by account, who, action, outcome, kind and time, one page at
// a time.

import { asInstallationId, type InstallationId } from "@fleetkeeper/model";
import { matchAccounts } from "@fleetkeeper/operator";
import { type LogPage, type LogQuery, logKinds, logOutcomes, type Store } from "@fleetkeeper/store";
import { z } from "zod";
import { BoardError } from "../errors.ts";
import { searchedTime, searchedWord } from "../html/search-form.ts";

const pageSize = 50;

const query = z.object({
  account: searchedWord(),
  who: searchedWord(),
  action: searchedWord(),
  outcome: z.enum(logOutcomes).optional().catch(undefined),
  kind: z.enum(logKinds).optional().catch(undefined),
  from: searchedTime,
  to: searchedTime,
  after: z.string().max(2_000).optional().catch(undefined),
});

export type AuditRequest = z.output<typeof query>;

export interface AuditFacts extends LogPage {
  at: Date;
  request: AuditRequest;
  /** Which the account may be, where the address names one; of several, or none, nothing is shown. */
  accounts: InstallationId[] | undefined;
}

export function auditRequestOf(queryString: unknown): AuditRequest {
  return query.parse(queryString);
}

/** @throws ERR_BAD_ADDRESS when `after` is not from a page of ours. */
export async function readAudit(
  { store, now }: { store: Store; now: () => Date },
  request: AuditRequest,
): Promise<AuditFacts> {
  const accounts = await accountsOf(store, request);
  const facts = { at: now(), request, accounts };
  if (accounts !== undefined && accounts.length !== 1) return { ...facts, rows: [], next: undefined };
  const wanted = { ...filterOf(request, accounts?.[0]), after: request.after, limit: pageSize };
  const page = await store.actionLog.page(wanted).catch((error: unknown) => {
    throw error instanceof TypeError ? new BoardError("ERR_BAD_ADDRESS") : error;
  });
  return { ...facts, ...page };
}

/** What a file holds. @throws ERR_BAD_ADDRESS where the account is not one. */
export async function fileQueryOf(
  store: Store,
  request: AuditRequest,
): Promise<Omit<LogQuery, "after" | "limit">> {
  const accounts = await accountsOf(store, request);
  if (accounts !== undefined && accounts.length !== 1) throw new BoardError("ERR_BAD_ADDRESS");
  return { ...filterOf(request, accounts?.[0]), first: "oldest" };
}

async function accountsOf(store: Store, { account }: AuditRequest): Promise<InstallationId[] | undefined> {
  if (account === "") return undefined;
  const found = await matchAccounts(store, account);
  // The log outlives the account.
  if (found.length === 0 && account.startsWith("@")) return [asInstallationId(account)];
  return found.map(({ _id }) => _id);
}

function filterOf({ who, action, outcome, kind, from, to }: AuditRequest, installationId?: InstallationId) {
  return {
    installationId,
    outcome,
    kind,
    who: who === "" ? undefined : who,
    action: action === "" ? undefined : action,
    since: from === undefined ? undefined : new Date(`${from}Z`),
    until: to === undefined ? undefined : new Date(`${to}Z`),
  };
}
