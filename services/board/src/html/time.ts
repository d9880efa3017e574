// Times on a page: in words, the exact instant beside.

import { fromNow, instant } from "@fleetkeeper/operator";
import { type Html, html } from "./html.ts";

/** Such as `in 4 min` or `3 h ago`, with the instant in UTC as its title. */
export function timeTag(at: Date, now: Date): Html {
  return html`<time datetime="${at.toISOString()}" title="${instant(at)}">${fromNow(at, now)}</time>`;
}
