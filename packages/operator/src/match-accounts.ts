// Which installations a person may mean: by installation id, by account id, by the beginning of the account
// id, or by a whole name.

import { asInstallationId } from "@fleetkeeper/model";
import { type InstallationRow, rowOf, type Store } from "@fleetkeeper/store";
import { namesOfAccount } from "./account-names.ts";

/** The most that are found: with more than one, a longer name is needed. */
export const maxMatches = 6;
/** Of what begins so, names among them, this many are looked at. */
const looked = 100;

/**
 * The one whose installation id it is; else those whose account id it is, in any case; else those whose
 * account id begins so; else those that are called so.
 */
export async function matchAccounts(
  store: Pick<Store, "installations">,
  name: string,
): Promise<InstallationRow[]> {
  // As a narrow terminal shows it.
  const wanted = name.trim().replace(/…$/, "");
  if (wanted === "") return [];
  const exact = await store.installations.find(asInstallationId(wanted));
  if (exact !== null) return [rowOf(exact)];
  if (wanted.startsWith("@")) return [];
  const search = { search: wanted, beginning: true, sort: "id", limit: looked } as const;
  const text = wanted.toLowerCase();
  const same = await store.installations.ofAccount(wanted);
  if (same.length > 0) return same.slice(0, maxMatches);
  const { rows } = await store.installations.list(search);
  const begin = rows.filter(({ accountId }) => accountId.toLowerCase().startsWith(text));
  const called = rows.filter((row) => namesOfAccount(row).some((one) => one.name.toLowerCase() === text));
  return (begin.length > 0 ? begin : called).slice(0, maxMatches);
}
