// Actions folded into a menu, each a link to its question. Works without scripts.

import type { InstallationId } from "@fleetkeeper/model";
import { type Html, html } from "../../html/html.ts";
import { actionPath } from "../../html/paths.ts";
import type { AccountAction } from "./action.ts";

/** `id`: unique on the page, so that the menu stays open when the page is updated. */
export function actionMenu(menu: {
  id: string;
  summary: string;
  actions: readonly AccountAction[];
  installationId: InstallationId;
  sync?: string;
}): Html {
  const { id, summary, actions, installationId, sync } = menu;
  const of = sync === undefined ? "" : html` <span class="unseen">${sync}</span>`;
  return html`<details class="menu" id="${id}">
    <summary>${summary}${of}</summary>
    <ul>${actions.map(
      (action) =>
        html`<li><a class="${action.irrevocable ? "danger" : ""}" href="${actionPath(action, installationId, sync)}">${action.verb}${of}</a></li>`,
    )}</ul>
  </details>`;
}
