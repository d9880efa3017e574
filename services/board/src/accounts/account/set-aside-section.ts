// Items of an account that did not fit their sync's definition, with the reasons.

import type { SetAsideDocument } from "@fleetkeeper/store";
import { redactText } from "@fleetkeeper/telemetry";
import { type Html, html } from "../../html/html.ts";
import { timeTag } from "../../html/time.ts";
import { type AccountFacts, shown } from "./read.ts";

export function setAsideSection({ setAside, at }: AccountFacts): Html {
  if (setAside.length === 0) return html``;
  return html`<section aria-labelledby="set-aside-title">
    <h2 id="set-aside-title">Set aside</h2>
    <p class="faint">Items that did not fit their sync's definition; the rest of their page was stored. At most ${shown.setAsidePerSync} of each sync are shown.</p>
    <ul class="card lines">${setAside.map((item) => itemLine(item, at))}</ul>
  </section>`;
}

function itemLine(item: SetAsideDocument, now: Date): Html {
  const { _id, installationId, sync, reasons, at } = item;
  const externalId = _id.slice(`${installationId}/${sync}/`.length);
  return html`<li>
    <strong>${sync}</strong> <code>${externalId}</code> <small>${timeTag(at, now)}</small>
    <ul>${reasons.map((reason) => html`<li>${reason}</li>`)}</ul>
    <details id="item-${_id}"><summary>The item</summary><pre tabindex="0">${redactText(item.item)}</pre></details>
  </li>`;
}
