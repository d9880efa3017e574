// When a token may still be used, and when to ask for the next one.

import { type AccessToken, fractionOf, type InstallationId } from "@fleetkeeper/model";

const leewayMs = 3 * 60_000;

/**
 * A token is used until 3 minutes before it expires, or for three quarters of its life when that is shorter.
 */
export function isUsable(token: AccessToken, now: Date): boolean {
  const lifeMs = token.expiresAt.getTime() - token.issuedAt.getTime();
  return token.expiresAt.getTime() - now.getTime() > Math.min(leewayMs, lifeMs / 4);
}

/**
 * The next token is asked for after 60 to 72 % of this one's life: spread by installation, so that a mass
 * install does not become a mass renewal.
 */
export function prewarmAtOf(
  token: Pick<AccessToken, "issuedAt" | "expiresAt">,
  installationId: InstallationId,
): Date {
  const lifeMs = token.expiresAt.getTime() - token.issuedAt.getTime();
  return new Date(token.issuedAt.getTime() + Math.round(lifeMs * (0.6 + 0.12 * fractionOf(installationId))));
}
