// How an installation's access token stands, in words for an operator.

import type { Description } from "@fleetkeeper/operator";
import type { InstallationRow } from "@fleetkeeper/store";

/** A token that a worker should have renewed is near its end from here on. */
const nearEndMs = 10 * 60_000;

/** `until`: when the token expires, or when the next one is asked for. */
export function tokenStanding(
  { lastToken, state, prewarmAt }: Pick<InstallationRow, "lastToken" | "state" | "prewarmAt">,
  now: Date,
): Description {
  if (lastToken === undefined)
    return { label: "none yet", text: "no token was asked for yet", until: prewarmAt, mood: "wait" };
  const { outcome, code = "", expiresAt } = lastToken;
  if (outcome === "refused")
    return {
      label: "refused",
      text: `Trackunit refuses the credential (${code})`,
      until: prewarmAt,
      mood: "bad",
    };
  if (outcome === "failed")
    return {
      label: "failed",
      text: `no token was had the last time (${code})`,
      until: prewarmAt,
      mood: "bad",
    };
  const leftMs = (expiresAt?.getTime() ?? 0) - now.getTime();
  const until = expiresAt ?? null;
  const mood = state === "paused" ? "wait" : "bad";
  if (leftMs <= 0) return { label: "expired", text: "the token has expired", until, mood };
  if (leftMs <= nearEndMs) return { label: "expiring", text: "the token expires soon", until, mood: "wait" };
  return { label: "fresh", text: "the token is good", until, mood: "good" };
}

/** What was asked for and not granted; nothing while no token was ever granted. */
export function missingScopes({
  requestedScopes,
  grantedScopes,
}: Pick<InstallationRow, "requestedScopes" | "grantedScopes">): string[] {
  return grantedScopes.length === 0 ? [] : requestedScopes.filter((scope) => !grantedScopes.includes(scope));
}
