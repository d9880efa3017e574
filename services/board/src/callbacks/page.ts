// The callback inbox: what arrived, what became of it and why, what its token said, and how to accept such
// tokens only.

import { advice, checkOf, type RefusalCode } from "@fleetkeeper/callbacks";
import type { InboxEntry } from "@fleetkeeper/jobs";
import { clock, count, instant, type Mood, pinsOf } from "@fleetkeeper/operator";
import { type Html, html, livePart } from "../html/html.ts";
import { layout, type PageState } from "../html/layout.ts";
import { accountPath } from "../html/paths.ts";
import { timeTag } from "../html/time.ts";
import { badge } from "../html/words.ts";
import type { Fragment } from "../live/live-hub.ts";

export interface InboxFacts {
  at: Date;
  entries: InboxEntry[];
  /** How many there are, taken and refused. */
  all: number;
  onlyRefused: boolean;
}

const moods: Record<InboxEntry["outcome"], Mood> = { accepted: "good", unrecognised: "wait", refused: "bad" };

export function callbacksPage(page: PageState & { facts: InboxFacts }): Html {
  const { onlyRefused } = page.facts;
  const choice = (text: string, to: string, isChosen: boolean) =>
    html`<a href="${to}" ${isChosen ? html`aria-current="true"` : ""}>${text}</a>`;
  return layout({
    ...page,
    title: "Callbacks",
    live: `/callbacks/events${onlyRefused ? "?outcome=refused" : ""}`,
    content: html`<div class="title"><h1>Callbacks</h1></div>
      <p class="faint">What the ingress saw of Trackunit's callbacks, for 30 days: the last 200 that it accepted and the last 200 that it refused; of a flood only samples. No signature, no secret and no body is shown.</p>
      <nav class="choices spaced" aria-label="Outcome">
        ${choice("All", "/callbacks", !onlyRefused)}
        ${choice("Refused", "/callbacks?outcome=refused", onlyRefused)}
      </nav>
      ${callbacksFragments(page.facts).map(livePart)}`,
  });
}

export function callbacksFragments(facts: InboxFacts): Fragment[] {
  return [{ id: "inbox", html: inbox(facts) }];
}

function inbox({ entries, all, at }: InboxFacts): Html {
  if (entries.length === 0)
    return html`<p class="card">${all === 0 ? html`No callback has arrived yet. Is the manifest published with the address of the ingress? See docs/going-live.md.` : html`None was refused.`}</p>`;
  return html`<p class="faint">As of <time datetime="${at.toISOString()}">${clock(at)}</time></p>
    <ul class="card lines inbox">${entries.map((entry) => entryLine(entry, at))}</ul>`;
}

function entryLine(entry: InboxEntry, now: Date): Html {
  const { id, at, outcome, code, body, address, origin, installationId } = entry;
  const check = checkOf(code as RefusalCode);
  return html`<li>
    <details id="callback-${id}">
      <summary>
        ${badge(moods[outcome], outcome)}
        ${origin === "foreign" ? badge("bad", "not by an ingress") : ""}
        ${timeTag(new Date(at), now)}
        ${body === undefined ? html`<span class="faint">no readable body</span>` : html`<strong>${body.accountId}</strong>`}
        ${code === undefined ? "" : html`<small>${check === undefined ? "" : `${check.name}: `}<code>${code}</code></small>`}
        <small>from ${address}</small>
      </summary>
      ${refusal(entry)}
      ${factsOf(entry)}
      ${pins(entry)}
      ${outcome === "refused" || installationId === undefined ? "" : html`<p><a href="${accountPath(installationId)}">The account</a></p>`}
    </details>
  </li>`;
}

function refusal({ id, outcome, code, reason, sealed, origin }: InboxEntry): Html {
  const replay =
    (outcome === "unrecognised" || sealed !== undefined) &&
    origin === "ingress" &&
    code !== "ERR_TOKEN_REUSED"
      ? html`<p>To accept it after all, if it is Trackunit's: <code>fleetkeeper callback replay ${id.slice(0, 8)}${outcome === "unrecognised" ? " --as-install" : ""}</code>. All checks run again, and its credential must prove itself.</p>`
      : html``;
  if (code === undefined) return replay;
  const check = checkOf(code as RefusalCode);
  return html`<p>${check === undefined ? "" : html`The check <strong>${check.name}</strong> failed: ${check.means}. `}${reason === undefined ? "" : html`Details:  <code>${reason}</code>. `}${advice[code as RefusalCode] ?? ""}</p>
    ${replay}`;
}

function factsOf({ id, at, status, bytes, body, token, origin }: InboxEntry): Html {
  return html`<dl>
    ${fact("Received", html`${instant(new Date(at))}`)}
    ${fact("Request", html`<code>${id}</code>, answered ${status}`)}
    ${fact("Sizes", html`token ${count(Number(bytes.identity))}, body ${bytes.body === null ? "unknown" : count(Number(bytes.body))} bytes`)}
    ${body === undefined ? "" : fact("Body", html`<code>${body.type}</code> of <code>${body.irisAppId}</code>; fields ${body.fields.map((name) => html`<code>${String(name)}</code> `)}`)}
    ${token === undefined ? fact("Token", html`none that can be read`) : html`${fact("Token header", json(token.header))}${fact("Token claims", json(token.claims))}`}
    ${origin === "ingress" ? "" : fact("Origin", html`${origin === "foreign" ? "not signed by a known ingress: find out who can write to Redis" : "not checked: the board has no INGRESS_VERIFICATION_KEYS"}`)}
  </dl>`;
}

function pins(entry: InboxEntry): Html {
  const variables = pinsOf(entry);
  if (variables.length === 0 || entry.outcome === "refused" || entry.origin === "foreign") return html``;
  return html`<p>Pin this issuer and audience, if they are Trackunit's and your app's, with the ingress's variables:</p>
    <pre tabindex="0">${variables.map(([name, value]) => `${name}=${value}`).join("\n")}</pre>`;
}

function json(value: object): Html {
  return html`<pre tabindex="0">${JSON.stringify(value, null, 2)}</pre>`;
}

function fact(name: string, value: Html): Html {
  return html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}
