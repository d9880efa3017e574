// Error codes in texts, each a link to what it means and what to do.

import { explain } from "@fleetkeeper/operator";
import { type Html, html } from "./html.ts";

const code = /\b(ERR_[A-Z_]+)\b/;

/** The text with its codes as links. A code that has no entry stays text. */
export function withCodes(text: string): Html {
  // With a group in the pattern, every second part is a code.
  const parts = text.split(code);
  return html`${parts.map((part, index) => (index % 2 === 1 ? codeLink(part) : part))}`;
}

function codeLink(part: string): Html {
  const explanation = explain(part);
  if (explanation === undefined) return html`<code>${part}</code>`;
  return html`<a class="code" href="/errors#${part}" title="${`${explanation.means} ${explanation.advice}`.replaceAll("`", "")}"><code>${part}</code></a>`;
}
