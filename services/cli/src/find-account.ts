// Finds the installation that a person means: by installation id, by account id, or by an unambiguous beginning of the account id.

import { asInstallationId } from "@fleetkeeper/model";
import { type InstallationRow, rowOf, type Store } from "@fleetkeeper/store";
import { AmbiguousAccountError, NothingFoundError } from "./errors.ts";

const shownCandidates = 5;

/** @throws NothingFoundError, AmbiguousAccountError */
export async function findAccount(
  store: Pick<Store, "installations">,
  name: string,
): Promise<InstallationRow> {
  // As a narrow terminal shows it.
  const wanted = name.trim().replace(/…$/, "");
  if (wanted === "") throw new NothingFoundError("an account has a name");
  const exact = await store.installations.find(asInstallationId(wanted));
  if (exact !== null) return rowOf(exact);
  const { rows } = wanted.startsWith("@")
    ? { rows: [] }
    : await store.installations.list({ search: wanted, sort: "id", limit: shownCandidates + 1 });
  const same = rows.filter(({ accountId }) => accountId.toLowerCase() === wanted.toLowerCase());
  const candidates = same.length > 0 ? same : rows;
  const [only] = candidates;
  if (only === undefined)
    throw new NothingFoundError(`there is no account ${wanted}`, {
      advice: "See `fleetkeeper accounts list`.",
    });
  if (candidates.length > 1)
    throw new AmbiguousAccountError(`${wanted} can be ${listed(candidates.map(({ _id }) => _id))}`, {
      advice: "Give more of the account id, or the installation id.",
    });
  return only;
}

function listed(ids: string[]): string {
  const more = ids.length > shownCandidates ? " or others" : "";
  return `${ids.slice(0, shownCandidates).join(", ")}${more}`;
}
