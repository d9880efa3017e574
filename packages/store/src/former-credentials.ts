// The credentials that were in force before: kept for a time, a few of each account.

import type { FormerCredential, InstallationDocument, StoredCredential } from "./installation-document.ts";

const maxFormer = 5;

/** The credential in force, as one that no longer is. */
export function formerOf(found: InstallationDocument, now: Date, keptMs: number): FormerCredential {
  const { generation, sealedCredential, sealKeyId, clientIdFingerprint, installedAt } = found;
  const credential = { generation, sealedCredential, sealKeyId, clientIdFingerprint, installedAt };
  return {
    ...(credential as StoredCredential),
    inForceFrom: found.inForceSince ?? installedAt,
    inForceUntil: now,
    keptUntil: new Date(now.getTime() + keptMs),
  };
}

/**
 * Of too many the one goes that was in force for the shortest time: installs in quick succession push out
 * none that served.
 */
export function keptFormer(former: FormerCredential[]): Pick<InstallationDocument, "former" | "formerUntil"> {
  const servedMs = ({ inForceFrom, inForceUntil }: FormerCredential) =>
    inForceUntil.getTime() - inForceFrom.getTime();
  const kept = [...former];
  while (kept.length > maxFormer) {
    const shortest = Math.min(...kept.map(servedMs));
    kept.splice(
      kept.findIndex((one) => servedMs(one) === shortest),
      1,
    );
  }
  const first = Math.min(...kept.map(({ keptUntil }) => keptUntil.getTime()));
  return { former: kept, formerUntil: kept.length === 0 ? null : new Date(first) };
}
