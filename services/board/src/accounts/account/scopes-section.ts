// The scopes of an account as a difference: what was asked for and what Trackunit granted.

import { type Mood, missingScopes } from "@fleetkeeper/operator";
import { type Html, html } from "../../html/html.ts";
import { badge } from "../../html/words.ts";
import type { AccountFacts } from "./read.ts";

export function scopesSection({ installation }: AccountFacts): Html {
  const { requestedScopes, grantedScopes } = installation;
  const missing = missingScopes(installation);
  const granted = requestedScopes.filter((scope) => grantedScopes.includes(scope));
  const unknown = requestedScopes.filter((scope) => !granted.includes(scope) && !missing.includes(scope));
  const extra = grantedScopes.filter((scope) => !requestedScopes.includes(scope));
  return html`<section aria-labelledby="scopes-title">
    <h2 id="scopes-title">Scopes</h2>
    <ul class="card lines">
      ${line("bad", "missing", missing)}
      ${line("wait", "no token yet", unknown)}
      ${line("good", "granted", granted)}
      ${line("busy", "granted, not requested", extra)}
      ${requestedScopes.length + extra.length === 0 ? html`<li class="faint">None is requested.</li>` : ""}
    </ul>
  </section>`;
}

function line(mood: Mood, text: string, scopes: readonly string[]): Html {
  if (scopes.length === 0) return html``;
  return html`<li>${badge(mood, text)} ${scopes.map((scope) => html`<code>${scope}</code> `)}</li>`;
}
