// Which installations a person may mean: by installation id, by account id, or by the beginning of the account id.

import { asInstallationId } from "@fleetkeeper/model";
import { type InstallationRow, rowOf, type Store } from "@fleetkeeper/store";

/** So many are found at most: whoever gets more than one asks for a longer name. */
export const maxMatches = 6;

/** The one whose installation id it is; else those whose account id it is, in any case; else those whose account id begins so. */
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
  const { rows } = await store.installations.list({ search: wanted, sort: "id", limit: maxMatches });
  const same = rows.filter(({ accountId }) => accountId.toLowerCase() === wanted.toLowerCase());
  return same.length > 0 ? same : rows;
}
