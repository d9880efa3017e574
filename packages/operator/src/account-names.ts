// What people call an account: an operator's name first, then the publisher's own, then the one that
// Trackunit's API told.

import type { InstallationRow } from "@fleetkeeper/store";

/** What of an installation its name is found by. */
export type Nameable = Pick<InstallationRow, "accountId" | "name" | "reference" | "toldName">;

/** Undefined where it has no name but its id. */
export function nameOfAccount({ name, reference, toldName }: Nameable): string | undefined {
  return name || reference || toldName || undefined;
}

/** For titles and questions: the name with the id behind it, or the id alone. */
export function accountInWords(account: Nameable): string {
  const name = nameOfAccount(account);
  return name === undefined ? account.accountId : `${name} (${account.accountId})`;
}

/** Every name with whose it is; none twice. */
export function namesOfAccount({ name, reference, toldName }: Nameable): { of: string; name: string }[] {
  const all = [
    { of: "operators", name },
    { of: "publisher", name: reference },
    { of: "Trackunit", name: toldName },
  ];
  return all.flatMap((one) => (one.name ? [{ of: one.of, name: one.name }] : []));
}
