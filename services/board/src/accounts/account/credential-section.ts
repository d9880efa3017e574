// Token and credential of an account: how they stand, and never what they are.

import { count, refusalInWords, tokenStanding } from "@fleetkeeper/operator";
import { withCodes } from "../../html/codes.ts";
import { copyable } from "../../html/copyable.ts";
import { fact } from "../../html/fact.ts";
import { type Html, html } from "../../html/html.ts";
import { timeTag } from "../../html/time.ts";
import { badge } from "../../html/words.ts";
import type { AccountFacts } from "./read.ts";

export function credentialSection({ installation, at }: AccountFacts): Html {
  const { lastToken, tokenFailures } = installation;
  const token = tokenStanding(installation, at);
  return html`<div class="columns">
    <section class="card" aria-labelledby="token-title">
      <h2 id="token-title">Access token ${badge(token.mood, token.label)}</h2>
      <dl>
        ${fact("Last result", lastToken === undefined ? html`none yet` : html`${lastToken.outcome}${lastToken.code === undefined ? "" : html` <code>${lastToken.code}</code>`}, ${timeTag(lastToken.at, at)}`)}
        ${lastToken?.expiresAt === undefined ? "" : fact("Expires", timeTag(lastToken.expiresAt, at))}
        ${fact("Requested again", askedForAgain(installation, at))}
        ${token.label === "not needed" ? fact("Not kept warm", html`${token.text}`) : ""}
        ${tokenFailures === 0 ? "" : fact("Failed in a row", html`${count(tokenFailures)}`)}
      </dl>
    </section>
    <section class="card" aria-labelledby="credential-title">
      <h2 id="credential-title">Credential</h2>
      <dl>
        ${installation.inForceSince === null ? "" : inForce(installation, at)}
        ${installation.candidates.map(({ clientIdFingerprint, installedAt, last }) => fact("Waits to prove itself", html`<code>${clientIdFingerprint}</code>, installed ${timeTag(installedAt, at)}${last === undefined ? "" : html`, ${withCodes(last.code)}`}`))}
        ${installation.former.map(({ clientIdFingerprint, inForceUntil, keptUntil }) => fact("Before", html`<code>${clientIdFingerprint}</code>, until ${timeTag(inForceUntil, at)}; kept until ${timeTag(keptUntil, at)}`))}
        ${installation.refused.map(({ clientIdFingerprint, at: refusedAt, code }) => fact("Refused", html`<code>${clientIdFingerprint}</code>, ${timeTag(refusedAt, at)}: ${withCodes(refusalInWords(code))}`))}
        ${fact("First installed", timeTag(installation.createdAt, at))}
        ${fact("Account id", copyable(installation.accountId))}
        ${fact("Installation id", copyable(installation._id))}
      </dl>
    </section>
  </div>`;
}

function askedForAgain(
  { prewarmAt, noTokenFrom, tokenNeededAt }: AccountFacts["installation"],
  at: Date,
): Html {
  if (prewarmAt === null) return html`not while the account is paused`;
  if (!noTokenFrom) return timeTag(prewarmAt, at);
  return tokenNeededAt
    ? html`for the run that is planned ${timeTag(tokenNeededAt, at)}`
    : html`when a run or the API needs it`;
}

function inForce(
  { sealKeyId, clientIdFingerprint, installedAt }: AccountFacts["installation"],
  at: Date,
): Html {
  return html`${fact("Sealed with key", html`<code>${sealKeyId}</code>`)}
    ${fact("Fingerprint of the client id", copyable(clientIdFingerprint))}
    ${fact("Installed", timeTag(installedAt, at))}`;
}
