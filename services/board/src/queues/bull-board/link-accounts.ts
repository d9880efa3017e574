// Each job on the Bull board names the account that it is about, and leads to its page.

import { accountIdOf, asInstallationId, type InstallationId, installationOfSync } from "@fleetkeeper/model";
import { accountInWords, type Nameable } from "@fleetkeeper/operator";
import { accountPath } from "../../html/paths.ts";

/** The most names of accounts that are looked up for one page; the others are shown by their id. */
const maxNamed = 50;

interface Job {
  data?: unknown;
  externalUrl?: { displayText: string; href: string };
}

/** Adds the links to an answer of the Bull board's that holds jobs; leaves every other as it is. */
export async function linkAccounts(
  payload: unknown,
  { find, basePath }: { find: (id: InstallationId) => Promise<Nameable | null>; basePath: string },
): Promise<unknown> {
  const { queues, job } = (payload ?? {}) as { queues?: { jobs?: Job[] }[]; job?: Job };
  const jobs = [...(queues ?? []).flatMap(({ jobs = [] }) => jobs), ...(job === undefined ? [] : [job])];
  const accounts = new Map(jobs.map((one) => [one, accountsOf(one.data)]));
  const first = [...new Set([...accounts.values()].flatMap(([id]) => id ?? []))];
  // Without MongoDB the queues are shown all the same.
  const found = await Promise.all(first.slice(0, maxNamed).map((id) => find(id).catch(() => null)));
  const names = new Map(first.map((id, index) => [id, wordsOf(id, found[index])]));
  for (const [one, [id, ...others]] of accounts)
    if (id !== undefined) {
      const more = others.length === 0 ? "" : ` and ${others.length} more`;
      one.externalUrl = { displayText: `${names.get(id)}${more}`, href: basePath + accountPath(id) };
    }
  return payload;
}

/** A job of `sync` is about several. */
function accountsOf(data: unknown): InstallationId[] {
  const { installationId, syncs } = (data ?? {}) as { installationId?: unknown; syncs?: unknown };
  if (typeof installationId === "string") return [asInstallationId(installationId)];
  const ids = (Array.isArray(syncs) ? syncs : []).flatMap(({ syncId }) =>
    typeof syncId === "string"
      ? [installationOfSync(syncId as Parameters<typeof installationOfSync>[0])]
      : [],
  );
  return [...new Set(ids)];
}

function wordsOf(id: InstallationId, found: Nameable | null | undefined): string {
  return found ? accountInWords(found) : (accountIdOf(id) ?? id);
}
