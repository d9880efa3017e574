// `/receivers`: the addresses of the publisher's own code that are notified of events, and how each of them
// does.

import { receiverStanding } from "@fleetkeeper/operator";
import type { ReceiverRow } from "@fleetkeeper/store";
import { type Html, html } from "../html/html.ts";
import { layout, type PageState } from "../html/layout.ts";
import { newReceiverPath, receiverPath } from "../html/paths.ts";
import { tableHead } from "../html/table-head.ts";
import { timeTag } from "../html/time.ts";
import { badge } from "../html/words.ts";
import { eventsInWords, shownUrl } from "./words.ts";

interface Listed {
  receivers: readonly ReceiverRow[];
  at: Date;
}

export function receiverListPage(page: PageState & Listed & { notice: string | undefined }): Html {
  const { receivers, at, identity } = page;
  return layout({
    ...page,
    title: "Receivers",
    content: html`<div class="title"><h1>Receivers</h1></div>
      <p class="faint">Addresses of your own code that are notified of events, by signed webhooks.</p>
      ${identity?.role === "operator" ? html`<p class="actions"><a class="button" href="${newReceiverPath}">Make a receiver</a></p>` : ""}
      ${receivers.length === 0 ? html`<p class="notice good">There is no receiver: events are not sent anywhere.</p>` : receiverTable({ receivers, at })}`,
  });
}

function receiverTable({ receivers, at }: Listed): Html {
  return html`<table class="cards receivers" aria-label="Receivers">
    ${tableHead(["Receiver", "Accounts of", "Events", "Now", "Last success"])}
    <tbody>${receivers.map((receiver) => receiverRow(receiver, at))}</tbody>
  </table>`;
}

function receiverRow(receiver: ReceiverRow, at: Date): Html {
  const { _id, url, description, irisAppId, lastSuccessAt } = receiver;
  const { mood, label, text } = receiverStanding(receiver, at);
  return html`<tr class="${mood === "bad" ? "bad" : ""}">
    <th scope="row"><a href="${receiverPath(_id)}">${shownUrl(url)}</a> <small>${description === "" ? "" : `${description}, `}<code>${_id}</code></small></th>
    <td data-label="Accounts of">${irisAppId ?? "all apps"}</td>
    <td data-label="Events"><small>${eventsInWords(receiver)}</small></td>
    <td data-label="Now">${badge(mood, label)} <small>${text}</small></td>
    <td data-label="Last success">${lastSuccessAt === null ? "none" : timeTag(lastSuccessAt, at)}</td>
  </tr>`;
}
