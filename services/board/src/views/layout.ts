// The frame that all pages share: head, skip link, header, navigation, main.

import type { Identity } from "../auth/identity.ts";
import { icon, pathOf, styleSheet } from "./assets.ts";
import { type Html, html } from "./html.ts";

/** What every page for somebody who is logged in is told. */
export interface PageState {
  identity: Identity | undefined;
  /** For the forms on the page, the logout among them. */
  csrfToken: string;
  path: string;
}

const navigation = [
  { path: "/", text: "Overview" },
  { path: "/queues/", text: "Queues" },
];

export function layout(page: PageState & { title: string; content: Html }): Html {
  return document({
    title: page.title,
    body: html`<header class="top">
        <a class="brand" href="/"><img src="${pathOf(icon)}" alt="" width="28" height="28">Fleetkeeper</a>
        <nav aria-label="Main">${navigation.map((entry) => navigationLink(entry, page.path))}</nav>
        ${userCorner(page)}
      </header>
      <main id="main" tabindex="-1">${page.content}</main>`,
  });
}

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

function document({ title, body }: { title: string; body: Html }): Html {
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
  </head>
  <body>
    <a class="skip" href="#main">Skip to the content</a>
    ${body}
  </body>
</html>`;
}

function navigationLink(entry: { path: string; text: string }, path: string): Html {
  return entry.path === path
    ? html`<a href="${entry.path}" aria-current="page">${entry.text}</a>`
    : html`<a href="${entry.path}">${entry.text}</a>`;
}

function userCorner({ identity, csrfToken }: PageState): Html {
  if (identity === undefined) return html``;
  return html`<form class="user" method="post" action="/logout">
    <span>${identity.user}${identity.role === identity.user ? "" : html` <small>${identity.role}</small>`}</span>
    <input type="hidden" name="_csrf" value="${csrfToken}">
    <button class="quiet">Log out</button>
  </form>`;
}
