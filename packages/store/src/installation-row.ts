// An installation as it is shown: without its sealed credentials.

import { withFieldsOfToday } from "./edit-credentials.ts";
import type { Candidate, FormerCredential, InstallationDocument } from "./installation-document.ts";

/** An installation without its credentials. */
export type InstallationRow = Omit<InstallationDocument, "sealedCredential" | "candidates" | "former"> & {
  candidates: Omit<Candidate, "sealedCredential">[];
  former: Omit<FormerCredential, "sealedCredential">[];
};

/** For anyone who shows it: no sealed text is left in it. */
export function rowOf(found: InstallationDocument): InstallationRow {
  const { candidates, former, ...rest } = unsealed(withFieldsOfToday(found));
  return { ...rest, candidates: candidates.map(unsealed), former: former.map(unsealed) };
}

function unsealed<Given extends { sealedCredential: unknown }>({
  sealedCredential: _,
  ...rest
}: Given): Omit<Given, "sealedCredential"> {
  return rest;
}

/** One page of the list. */
export interface InstallationPage {
  rows: InstallationRow[];
  /** Where the next page begins; undefined after the last. */
  next: string | undefined;
  /** A search for a part took its time, and ended this page before it was full. */
  isCut?: boolean;
}
