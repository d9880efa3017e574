// When a token may still be used, and when to ask for the next one.

import { type AccessToken, fractionOf, type InstallationId } from "@fleetkeeper/model";

const leewayMs = 3 * 60_000;

type Lifetime = Pick<AccessToken, "issuedAt" | "expiresAt">;

/**
 * A token is used until 3 minutes before it expires, or for three quarters of its life when that is shorter.
 */
export function isUsable(token: AccessToken, now: Date): boolean {
  return token.expiresAt.getTime() - now.getTime() > unusedMsOf(lifeMsOf(token));
}

/**
 * Until when a token that is requested now can be used, if it lives as long as the last one; and for one that
 * is needed after that, when to request it: 5 to 15 % of its life ahead, by installation.
 */
export function nextTokenOf(last: Lifetime, now: Date) {
  const lifeMs = lifeMsOf(last);
  return {
    usableUntil: new Date(now.getTime() + lifeMs - unusedMsOf(lifeMs)),
    requestAt: (neededAt: Date, installationId: InstallationId) =>
      new Date(neededAt.getTime() - Math.round(lifeMs * (0.05 + 0.1 * fractionOf(installationId)))),
  };
}

/**
 * The next token is asked for after 60 to 72 % of this one's life: spread by installation, so that a mass
 * install does not become a mass renewal.
 */
export function prewarmAtOf(token: Lifetime, installationId: InstallationId): Date {
  const share = 0.6 + 0.12 * fractionOf(installationId);
  return new Date(token.issuedAt.getTime() + Math.round(lifeMsOf(token) * share));
}

function lifeMsOf({ issuedAt, expiresAt }: Lifetime): number {
  return expiresAt.getTime() - issuedAt.getTime();
}

/** The end of its life, in which a token is not used any more. */
function unusedMsOf(lifeMs: number): number {
  return Math.min(leewayMs, lifeMs / 4);
}
