// The state of an installation's access token, in words for an operator.

import type { InstallationRow } from "@fleetkeeper/store";
import type { Description } from "./describe-waiting.ts";

type TokenFields = Pick<
  InstallationRow,
  "lastToken" | "state" | "prewarmAt" | "noTokenFrom" | "tokenNeededAt"
>;

/** A token that a worker should have renewed is near its end from here on. */
const nearEndMs = 10 * 60_000;

/** `until`: when the token expires, or when the next one is asked for; of one that nobody needs, for what. */
export function tokenStanding(
  { lastToken, state, prewarmAt, noTokenFrom, tokenNeededAt = null }: TokenFields,
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
  if (state === "active" && noTokenFrom && leftMs <= nearEndMs)
    return { label: "not needed", text: unusedInWords(tokenNeededAt), until: tokenNeededAt, mood: "good" };
  const until = expiresAt ?? null;
  const mood = state === "paused" ? "wait" : "bad";
  if (leftMs <= 0) return { label: "expired", text: "the token has expired", until, mood };
  if (leftMs <= nearEndMs) return { label: "expiring", text: "the token expires soon", until, mood: "wait" };
  return { label: "fresh", text: "the token is good", until, mood: "good" };
}

function unusedInWords(neededAt: Date | null): string {
  return neededAt === null
    ? "no sync is planned to run, so no token is kept; a run or a request of the API brings a new one"
    : "the next sync runs long after a token would expire, so none is kept until shortly before";
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
