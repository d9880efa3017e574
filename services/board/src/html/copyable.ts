// An id with a button that copies it. Without scripts it is text, which can be selected.

import { type Html, html } from "./html.ts";

/** `assets/page.js` shows the button and does what it says. */
export function copyable(id: string): Html {
  return html`<span class="copyable"><code>${id}</code><button type="button" class="copy" data-copy="${id}">Copy<span class="unseen"> ${id}</span></button></span>`;
}
