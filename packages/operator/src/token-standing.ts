// The state of an installation's access token, in words for an operator.

import type { InstallationRow } from "@fleetkeeper/store";
import type { Description } from "./describe-waiting.ts";

/** A token that a worker should have renewed is near its end from here on. */
const nearEndMs = 10 * 60_000;

/** `until`: when the token expires, or when the next one is asked for. */
export function tokenStanding(
  { lastToken, state, prewarmAt }: Pick<InstallationRow, "lastToken" | "state" | "prewarmAt">,
  now: Date,
): Description {
  if (state === "pending")
    return { label: "none yet", text: "no credential has proved itself yet", until: null, mood: "wait" };
  if (lastToken === undefined)
    return { label: "none yet", text: "no token has been requested yet", until: prewarmAt, mood: "wait" };
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
      text: `the last request for a token failed (${code})`,
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

/**
 * Scopes that were requested and that the present install's last granted token lacks. A request that failed
 * since then tells nothing new about scopes. Empty while no token was granted to the present install.
 */
export function missingScopes(
  installation: Pick<InstallationRow, "requestedScopes" | "grantedScopes" | "lastGrantAt" | "installedAt">,
): string[] {
  const { requestedScopes, grantedScopes, lastGrantAt, installedAt } = installation;
  if (lastGrantAt === undefined || lastGrantAt < installedAt) return [];
  return requestedScopes.filter((scope) => !grantedScopes.includes(scope));
}
