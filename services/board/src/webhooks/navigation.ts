// The two lists of the pages about webhooks.

import { type Html, html } from "../html/html.ts";
import { deliveriesPath, endpointsPath } from "../html/paths.ts";

const lists = [
  { name: "deliveries", path: deliveriesPath(), text: "Deliveries" },
  { name: "endpoints", path: endpointsPath(), text: "Endpoints" },
] as const;

export function webhooksNavigation(here: (typeof lists)[number]["name"]): Html {
  return html`<nav class="choices" aria-label="Lists">${lists.map(({ name, path, text }) => html`<a href="${path}" ${name === here ? html`aria-current="page"` : ""}>${text}</a>`)}</nav>`;
}
