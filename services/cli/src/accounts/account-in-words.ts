// An account for a person to read: what it is, its syncs, their last runs, what was set aside, what operators
// did.

import type { RunOutcome } from "@fleetkeeper/model";
import {
  credentialNews,
  type Description,
  describeHeldBack,
  duration,
  fromNow,
  namesOfAccount,
  stateMoods,
} from "@fleetkeeper/operator";
import type { Paint } from "../output/style.ts";
import { fields, table } from "../output/table.ts";
import { fromNowOrNone } from "../output/time-cell.ts";
import type { AccountDetails } from "./read-account.ts";

export function accountInWords(account: AccountDetails, paint: Paint, now: Date): string {
  const parts = [
    head(account, paint, now),
    news(account, paint, now),
    syncs(account, paint, now),
    heldBack(account, paint),
    runs(account, paint, now),
    setAside(account, paint, now),
    audit(account, paint, now),
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}

function head(account: AccountDetails, paint: Paint, now: Date): string {
  const { state, missingScopes, requestedScopes, tokenFailures, prewarmAt, noTokenFrom } = account;
  const scopes = requestedScopes.join(" ");
  const missing = missingScopes.length === 0 ? "" : paint("bad", `  not granted: ${missingScopes.join(" ")}`);
  const failures = tokenFailures === 0 ? "" : paint("bad", `, ${tokenFailures} failures in a row`);
  const next = prewarmAt === null || noTokenFrom ? "" : `, next ${fromNow(prewarmAt, now)}`;
  return fields(
    [
      ["installation", `${paint("strong", account._id)}  ${paint(stateMoods[state], state)}`],
      ["account", account.accountId],
      ...namesOfAccount(account).map(({ of, name }): [string, string] => ["called", `${name}, by ${of}`]),
      ...(account.note ? [["note", account.note] as const] : []),
      ["app", account.irisAppId],
      ["installed", fromNow(account.installedAt, now)],
      ["token", `${tokenInWords(account, paint, now)}${failures}${next}`],
      ["scopes", `${scopes}${missing}`],
      ["credential", credentialInWords(account)],
      ...account.former.map(({ clientIdFingerprint, inForceUntil, keptUntil }): [string, string] => [
        "before",
        `client ${clientIdFingerprint}, until ${fromNow(inForceUntil, now)}, kept until ${fromNow(keptUntil, now)}`,
      ]),
    ],
    paint,
  );
}

function credentialInWords({ inForceSince, sealKeyId, clientIdFingerprint }: AccountDetails): string {
  if (inForceSince === null) return "none has proved itself yet";
  return `sealed with key ${sealKeyId}, client ${clientIdFingerprint}`;
}

function news(account: AccountDetails, paint: Paint, now: Date): string {
  return credentialNews(account, now)
    .map(({ mood, text, until }) =>
      paint(mood, `${text}${until === null ? "" : `; tried again ${fromNow(until, now)}`}.`),
    )
    .join("\n");
}

function tokenInWords({ token, lastToken }: AccountDetails, paint: Paint, now: Date): string {
  const asked = lastToken === undefined ? "" : `, ${lastToken.outcome} ${fromNow(lastToken.at, now)}`;
  const expires = lastToken?.expiresAt === undefined ? "" : `, expires ${fromNow(lastToken.expiresAt, now)}`;
  return `${paint(token.mood, token.label)}: ${token.text}${asked}${expires}`;
}

function syncs({ syncs }: AccountDetails, paint: Paint, now: Date): string {
  return table(
    ["sync", ...standingColumns],
    syncs.map(({ sync, why, lastSuccessAt }) => [sync, ...standingCells(why, lastSuccessAt, paint, now)]),
    paint,
  );
}

function heldBack({ syncs }: AccountDetails, paint: Paint): string {
  return syncs
    .flatMap(({ sync, heldBack }) =>
      heldBack ? paint("wait", `${sync}: ${describeHeldBack(heldBack)}.`) : [],
    )
    .join("\n");
}

/** The columns of `standingCells`. */
export const standingColumns = ["state", "until", "last success", "why"];

/** The state of a sync, as cells of a table. */
export function standingCells(
  why: AccountDetails["syncs"][number]["why"],
  lastSuccessAt: Date | null,
  paint: Paint,
  now: Date,
): string[] {
  return [
    paint(why.mood, why.label),
    fromNowOrNone(why.until, now),
    fromNowOrNone(lastSuccessAt, now),
    whyInWords(why),
  ];
}

export function whyInWords({ text }: Description): string {
  return text.replace(/\s+/g, " ");
}

function runs({ syncs }: AccountDetails, paint: Paint, now: Date): string {
  return table(
    ["run", "ended", "took", "outcome", "records"],
    syncs.flatMap(({ sync, runs }) =>
      runs.map((run) => [
        sync,
        fromNow(run.at, now),
        duration(run.at.getTime() - run.startedAt.getTime()),
        outcomeInWords(run, paint),
        recordsInWords(run),
      ]),
    ),
    paint,
  );
}

export function outcomeInWords({ outcome, code }: RunOutcome, paint: Paint): string {
  return outcome === "succeeded" ? paint("good", outcome) : paint("bad", `${outcome} (${code})`);
}

/** For instance `250 in 3 pages: 2 created, 1 updated`. */
export function recordsInWords({ records, pages, changes }: RunOutcome): string {
  const changed = Object.entries(changes)
    .filter(([kind, count]) => kind !== "unchanged" && count > 0)
    .map(([kind, count]) => `${count} ${kind}`);
  return `${records} in ${pages} pages${changed.length === 0 ? "" : `: ${changed.join(", ")}`}`;
}

function setAside({ syncs }: AccountDetails, paint: Paint, now: Date): string {
  return table(
    ["set aside", "item", "when", "reasons"],
    syncs.flatMap(({ _id, sync, setAside }) =>
      setAside.map((item) => [
        sync,
        item._id.slice(_id.length + 1),
        fromNow(item.at, now),
        item.reasons.join("; "),
      ]),
    ),
    paint,
  );
}

function audit({ audit }: AccountDetails, paint: Paint, now: Date): string {
  return table(
    ["operator", "did", "sync", "when"],
    audit.map(({ who, action, sync, at }) => [who, action, sync ?? "all", fromNow(at, now)]),
    paint,
  );
}
