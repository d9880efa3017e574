// `/errors`: what each error code means, and what to do.

import { type Explanation, explanations } from "@fleetkeeper/operator";
import { type Html, html } from "../html/html.ts";
import { layout, type PageState } from "../html/layout.ts";

export function explanationsPage(page: PageState): Html {
  return layout({
    ...page,
    title: "Error codes",
    content: html`<div class="title"><h1>Error codes</h1></div>
      ${Object.entries(explanations).map(([title, codes]) => section(title, codes))}`,
  });
}

function section(title: string, codes: Record<string, Explanation>): Html {
  return html`<section>
    <h2>${title}</h2>
    <div class="card"><dl class="codes">${Object.entries(codes).map(([code, explanation]) => entry(code, explanation))}</dl></div>
  </section>`;
}

function entry(code: string, { means, advice }: Explanation): Html {
  return html`<dt id="${code}"><code>${code}</code></dt>
    <dd>${withCommands(means)} <b>What to do:</b> ${withCommands(advice)}</dd>`;
}

/** What stands between backticks is to be typed or is a name: it is set as code. */
function withCommands(text: string): Html {
  return html`${text.split("`").map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}`;
}
