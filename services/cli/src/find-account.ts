// Finds the installation that a person means: by installation id, by account id, or by an unambiguous
// beginning of the account id.

import { matchAccounts, maxMatches } from "@fleetkeeper/operator";
import type { InstallationRow, Store } from "@fleetkeeper/store";
import { AmbiguousAccountError, NothingFoundError } from "./errors.ts";

/** @throws NothingFoundError, AmbiguousAccountError */
export async function findAccount(
  store: Pick<Store, "installations">,
  name: string,
): Promise<InstallationRow> {
  if (name.trim() === "") throw new NothingFoundError("an account's name cannot be empty");
  const candidates = await matchAccounts(store, name);
  const [only] = candidates;
  if (only === undefined)
    throw new NothingFoundError(`there is no account ${name.trim()}`, {
      advice: "See `fleetkeeper accounts list`.",
    });
  if (candidates.length > 1)
    throw new AmbiguousAccountError(`${name.trim()} can be ${listed(candidates.map(({ _id }) => _id))}`, {
      advice: "Give more of the account id, or the installation id.",
    });
  return only;
}

function listed(ids: string[]): string {
  const shown = maxMatches - 1;
  return `${ids.slice(0, shown).join(", ")}${ids.length > shown ? " or others" : ""}`;
}
