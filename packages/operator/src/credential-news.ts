// What became of an account's credentials lately, in words for an operator: which wait, which were refused,
// whose client changed.

import type { InstallationRow } from "@fleetkeeper/store";
import type { Mood } from "./mood.ts";
import { fromNow } from "./times.ts";
import { counted } from "./words.ts";

/** One piece of news about an account's credentials. */
export interface CredentialNews {
  mood: Extract<Mood, "wait" | "bad">;
  /** One sentence without a full stop. */
  text: string;
  /** When the system tries again; null where it does not. */
  until: Date | null;
}

/** A refused candidate is news for so long. */
const newsMs = 7 * 86_400_000;

type Facts = Pick<
  InstallationRow,
  "state" | "candidates" | "refused" | "clientChange" | "proveAt" | "former" | "inForceSince"
>;

/** The worst first. */
export function credentialNews(installation: Facts, now: Date): CredentialNews[] {
  const { state, candidates, refused, clientChange, proveAt } = installation;
  const news: CredentialNews[] = [];
  const hasNone = installation.inForceSince === null && candidates.length === 0;
  if (hasNone && state !== "active")
    news.push({
      mood: "bad",
      text: "No credential of this account has proved itself: the customer installs the app again",
      until: null,
    });
  if (clientChange !== null)
    news.push({
      mood: "wait",
      text: `The client id changed (${clientChange.from} to ${clientChange.to}) ${fromNow(clientChange.at, now)}: until an operator accepts it, a deletion of many records is held back; roll back if it is not the customer's`,
      until: null,
    });
  const newest = candidates.at(-1);
  if (newest !== undefined)
    news.push({
      mood: "wait",
      text: `${counted(candidates.length, "new credential")} ${candidates.length === 1 ? "waits" : "wait"} for a first token${newest.last === undefined ? "" : ` (${newest.last.code})`}${installation.inForceSince === null ? "" : "; until then the previous one stays in use"}`,
      until: proveAt,
    });
  const last = refused.at(-1);
  if (last !== undefined && now.getTime() - last.at.getTime() < newsMs)
    news.push({
      mood: "wait",
      text: `A new credential (client ${last.clientIdFingerprint}) was refused ${fromNow(last.at, now)}: ${refusalInWords(last.code)}`,
      until: null,
    });
  return news;
}

/** Why a candidate was refused. */
export function refusalInWords(code: string): string {
  if (code === "ERR_TOKEN_INVALID_CLIENT") return `Trackunit does not know it (${code})`;
  if (code === "ERR_CREDENTIAL_OF_OTHER_ACCOUNT") return `it is another account's (${code})`;
  if (code === "ERR_CANDIDATES_FULL") return `newer installs came while it waited (${code})`;
  return code;
}
