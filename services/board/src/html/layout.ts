// The frame that all pages share: head, skip link, header, navigation, main.

import { type Asset, chart, icon, idiomorph, live, pageScript, pathOf, styleSheet } from "./assets.ts";
import { type Html, html } from "./html.ts";
import { apiKeysPath, listPath, notificationsPath, receiversPath } from "./paths.ts";

/** What every page for a logged-in user gets. */
export interface PageState {
  identity: { user: string; role: "viewer" | "operator" } | undefined;
  /** For the forms on the page, the logout among them. */
  csrfToken: string;
  path: string;
}

export interface PageContent {
  title: string;
  content: Html;
  /** Where the events come from that keep the page up to date. */
  live?: string;
  /** Has charts, and uses the width of a desk. */
  isWide?: boolean;
  /** What the last action came to. */
  notice?: string | undefined;
}

const navigation = [
  { path: "/", text: "Overview" },
  { path: "/accounts", text: "Accounts" },
  { path: "/callbacks", text: "Callbacks" },
  { path: "/webhooks", text: "Webhooks" },
  { path: "/queues/", text: "Queues" },
  { path: "/audit", text: "Audit" },
];
/** Folded away: a row holds no more. */
const more = [
  { path: receiversPath, text: "Receivers" },
  { path: notificationsPath, text: "Notifications" },
  { path: apiKeysPath, text: "API keys" },
  { path: "/errors", text: "Error codes" },
];

export function layout(page: PageState & PageContent): Html {
  return document({
    title: page.title,
    scripts: [
      pageScript,
      ...(page.live === undefined ? [] : [idiomorph, live]),
      ...(page.isWide === true ? [chart] : []),
    ],
    body: html`<header class="top">
        ${mainNavigation(page.path)}
        ${page.path === listPath() ? "" : finder}
        ${userCorner(page)}
      </header>
      <main id="main" tabindex="-1" ${page.isWide === true ? html`class="wide"` : ""} ${page.live === undefined ? "" : html`data-live="${page.live}"`}>
        ${page.notice === undefined ? "" : html`<p class="notice good" role="status">${page.notice}</p>`}
        ${page.live === undefined ? "" : html`<p class="live-note" role="status" data-live-note></p>`}
        <p class="unseen" role="status" data-said></p>
        ${page.content}
      </main>`,
  });
}

/** The ways from the page at `path` to the others. */
export function mainNavigation(path: string): Html {
  return html`<a class="brand" href="/"><img src="${pathOf(icon)}" alt="" width="28" height="28">Fleetkeeper</a>
        <nav aria-label="Main">${navigation.map((entry) => navigationLink(entry, path))}
          <details class="more">
            <summary${more.some((entry) => isAt(entry, path)) ? html` class="here"` : ""}>More</summary>
            <div>${more.map((entry) => navigationLink(entry, path))}</div>
          </details></nav>`;
}

/** From any page to the accounts; the list of accounts has its own. */
const finder = html`<form class="finder" action="${listPath()}" role="search" aria-label="Accounts">
  <label class="unseen" for="find">Find an account</label>
  <input id="find" name="search" type="search" placeholder="Account" autocapitalize="none" spellcheck="false" aria-keyshortcuts="/ Control+K Meta+K" data-search>
  <kbd aria-hidden="true">/</kbd>
</form>`;

/** A page without navigation: the login page, an error. */
export function plainLayout(page: { title: string; content: Html }): Html {
  return document({
    title: page.title,
    body: html`<main id="main" class="plain" tabindex="-1">
      <p class="brand"><img src="${pathOf(icon)}" alt="" width="40" height="40">Fleetkeeper</p>
      ${page.content}
    </main>`,
  });
}

function document({
  title,
  body,
  scripts = [],
}: {
  title: string;
  body: Html;
  scripts?: readonly Asset[];
}): Html {
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="robots" content="noindex">
    <title>${title} · Fleetkeeper</title>
    <link rel="icon" href="${pathOf(icon)}" type="image/svg+xml">
    <link rel="stylesheet" href="${pathOf(styleSheet)}">
    ${scripts.map((script) => html`<script src="${pathOf(script)}" defer></script>`)}
  </head>
  <body>
    <a class="skip" href="#main">Skip to the content</a>
    ${body}
  </body>
</html>`;
}

function navigationLink(entry: { path: string; text: string }, path: string): Html {
  const current = entry.path === path ? "page" : "true";
  return html`<a href="${entry.path}"${isAt(entry, path) ? html` aria-current="${current}"` : ""}>${entry.text}</a>`;
}

/** Whether it is the entry of the page at this path, or of a page below it. */
function isAt(entry: { path: string }, path: string): boolean {
  return entry.path === path || (entry.path !== "/" && path.startsWith(`${entry.path}/`));
}

function userCorner({ identity, csrfToken }: PageState): Html {
  if (identity === undefined) return html``;
  return html`<form class="user" method="post" action="/logout">
    <span>${identity.user}${identity.role === identity.user ? "" : html` <small>${identity.role}</small>`}</span>
    <input type="hidden" name="_csrf" value="${csrfToken}">
    <button class="quiet">Log out</button>
  </form>`;
}
