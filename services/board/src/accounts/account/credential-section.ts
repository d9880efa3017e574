// Token and credential of an account: how they stand, and never what they are.

import { count, missingScopes, tokenStanding } from "@fleetkeeper/operator";
import { type Html, html } from "../../html/html.ts";
import { timeTag } from "../../html/time.ts";
import { badge } from "../../html/words.ts";
import type { AccountFacts } from "./read.ts";

export function credentialSection({ installation, at }: AccountFacts): Html {
  const { lastToken, prewarmAt, tokenFailures, grantedScopes, requestedScopes } = installation;
  const token = tokenStanding(installation, at);
  const missing = missingScopes(installation);
  return html`<div class="columns">
    <section class="card" aria-labelledby="token-title">
      <h2 id="token-title">Access token ${badge(token.mood, token.label)}</h2>
      <dl>
        ${fact("Last result", lastToken === undefined ? html`none yet` : html`${lastToken.outcome}${lastToken.code === undefined ? "" : html` <code>${lastToken.code}</code>`}, ${timeTag(lastToken.at, at)}`)}
        ${lastToken?.expiresAt === undefined ? "" : fact("Expires", timeTag(lastToken.expiresAt, at))}
        ${fact("Asked for again", prewarmAt === null ? html`not while the account is paused` : timeTag(prewarmAt, at))}
        ${tokenFailures === 0 ? "" : fact("Failed in a row", html`${count(tokenFailures)}`)}
        ${fact("Scopes asked for", scopes(requestedScopes))}
        ${fact("Scopes granted", scopes(grantedScopes))}
        ${missing.length === 0 ? "" : fact("Missing", html`${missing.map((scope) => html`${badge("bad", scope)} `)}`)}
      </dl>
    </section>
    <section class="card" aria-labelledby="credential-title">
      <h2 id="credential-title">Credential</h2>
      <dl>
        ${fact("Sealed with key", html`<code>${installation.sealKeyId}</code>`)}
        ${fact("Fingerprint of the client id", html`<code>${installation.clientIdFingerprint}</code>`)}
        ${fact("Installed", timeTag(installation.installedAt, at))}
        ${fact("First installed", timeTag(installation.createdAt, at))}
        ${fact("Installation id", html`<code>${installation._id}</code>`)}
      </dl>
    </section>
  </div>`;
}

function fact(name: string, value: Html): Html {
  return html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}

function scopes(names: readonly string[]): Html {
  return names.length === 0
    ? html`<span class="faint">none</span>`
    : html`${names.map((name) => html`<code>${name}</code> `)}`;
}
