// What is wrong with an account, the worst first: what an operator should see before anything else.

import {
  counted,
  credentialNews,
  type Description,
  describeHeldBack,
  endpointStanding,
  missingScopes,
  syncStanding,
  tokenStanding,
} from "@fleetkeeper/operator";
import type { AccountFacts } from "./read.ts";

export interface Problem {
  mood: Extract<Description["mood"], "bad" | "wait">;
  text: string;
  /** When the system tries again automatically. */
  until: Date | null;
}

export function problemsOf({
  at,
  installation,
  syncs,
  setAside,
  failedJobs,
  endpoints,
}: Omit<AccountFacts, "runs" | "audit" | "requests" | "deliveries">): Problem[] {
  const problems: Problem[] = [];
  const add = (mood: Problem["mood"], text: string, until: Date | null = null) =>
    problems.push({ mood, text, until });
  const token = tokenStanding(installation, at);
  const revoked = installation.state === "revoked";

  if (revoked)
    add(
      "bad",
      `Trackunit refuses the account's credential (${installation.lastToken?.code ?? "no token"}). The customer installs the app again, or refresh the token once Trackunit accepts it`,
      installation.prewarmAt,
    );
  else if (token.mood === "bad") add("bad", `Token: ${token.text}`, token.until);
  for (const { mood, text, until } of credentialNews(installation, at)) add(mood, text, until);
  if (installation.state === "paused") add("wait", "An operator paused this account");
  const missing = missingScopes(installation);
  if (missing.length > 0) add("bad", `Trackunit did not grant ${missing.join(", ")}`);
  for (const sync of revoked ? [] : syncs) {
    const standing = syncStanding(sync, at);
    if (standing.mood === "bad") add("bad", `${sync.sync}: ${standing.text}`, standing.until);
  }
  for (const { sync, heldBack } of syncs) if (heldBack) add("wait", `${sync}: ${describeHeldBack(heldBack)}`);
  for (const { endpoint } of endpoints) {
    const standing = endpointStanding(endpoint, at);
    if (standing.label === "silent") add("wait", `Webhooks: ${standing.text}`);
  }
  if (failedJobs === undefined) add("wait", "Redis does not answer: failed jobs cannot be shown");
  else if (failedJobs.length > 0) add("bad", `${counted(failedJobs.length, "job")} failed`);
  if (setAside.length > 0)
    add(
      "wait",
      `${counted(setAside.length, "item")} did not fit and ${setAside.length === 1 ? "is" : "are"} set aside`,
    );
  return problems;
}
