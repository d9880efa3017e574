// The way through a list of many pages: to the first and to the next.

import { type Html, html } from "./html.ts";

/**
 * What is said of a search that has found nothing on the pages so far and is not at its end; with
 * `assets/page.js` it continues with the next page automatically, for a minute.
 */
export function searchGoesOn(text: string): Html {
  return html`<p class="card" role="status" data-search-on>${text}</p>`;
}

/**
 * Nothing where one page holds all.
 * @param page `after`: what the page shown begins after, undefined for the first; `next`: the same of the
 * next page, undefined on the last; `pathOf`: the address of the page that begins after its argument.
 */
export function pager(page: {
  after: string | undefined;
  next: string | undefined;
  pathOf: (after: string | undefined) => string;
}): Html {
  const { after, next, pathOf } = page;
  if (after === undefined && next === undefined) return html``;
  return html`<nav class="pager" aria-label="Pages">
    ${after === undefined ? "" : html`<a class="button quiet" href="${pathOf(undefined)}">First page</a>`}
    ${next === undefined ? html`<span class="faint">This is the last page.</span>` : html`<a class="button quiet" href="${pathOf(next)}" rel="next">Next page</a>`}
  </nav>`;
}
