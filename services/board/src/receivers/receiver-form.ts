// The form of a receiver, for a new one and for one that is changed: its fields, and what was filled in.

import { type EventType, eventTypes } from "@fleetkeeper/model";
import type { NewReceiver } from "@fleetkeeper/operator";
import type { ReceiverRow } from "@fleetkeeper/store";
import { type Html, html } from "../html/html.ts";
import { shownUrl } from "./words.ts";

export interface ReceiverForm {
  url: string;
  description: string;
  app: string;
  events: EventType[];
}

/** One checked box comes as a text, which Fastify makes a list of. */
export const receiverFormSchema = {
  type: "object",
  required: ["url"],
  properties: {
    url: { type: "string", maxLength: 4_000 },
    description: { type: "string", maxLength: 400, default: "" },
    app: { type: "string", maxLength: 200, default: "" },
    events: { type: "array", items: { enum: eventTypes }, maxItems: eventTypes.length, default: [] },
  },
} as const;

export const emptyForm: ReceiverForm = { url: "", description: "", app: "", events: [...eventTypes] };

/** Of an address with a query nothing is filled in: its values are shown on no page. */
export function formOfReceiver({ url, description, irisAppId, events }: ReceiverRow): ReceiverForm {
  return { url: hasQuery(url) ? "" : url, description, app: irisAppId ?? "", events };
}

/** What was filled in, without the spaces around it. */
export function trimmed({ url, description, app, events }: ReceiverForm): ReceiverForm {
  return { url: url.trim(), description: description.trim(), app: app.trim(), events };
}

export function wantedOf({ url, description, app, events }: ReceiverForm): NewReceiver {
  return { url, description, events, irisAppId: app === "" ? null : app };
}

/** `receiver`: the one that is changed. An empty address is its own then, where the page may not show it. */
export function receiverFields(
  { url, description, app, events }: ReceiverForm,
  receiver?: ReceiverRow,
): Html {
  const stays = receiver !== undefined && hasQuery(receiver.url);
  const label = stays
    ? `Another address; empty: it stays ${shownUrl(receiver.url)}`
    : "Address, with https://";
  return html`<label for="url">${label}</label>
    <input id="url" name="url" value="${url}" maxlength="2000" inputmode="url" autocomplete="off" autocapitalize="none" spellcheck="false" ${stays ? "" : "required"}>
    <label for="description">Description; may be empty</label>
    <input id="description" name="description" value="${description}" maxlength="200" autocomplete="off">
    <label for="app">App whose accounts it is notified of; empty for all</label>
    <input id="app" name="app" value="${app}" placeholder="@organization/appname" maxlength="200" autocomplete="off" autocapitalize="none" spellcheck="false">
    <fieldset>
      <legend>Events that it receives</legend>
      ${eventTypes.map((type) => checkbox(type, events.includes(type)))}
    </fieldset>`;
}

function checkbox(type: EventType, isChecked: boolean): Html {
  return html`<label class="choice"><input type="checkbox" name="events" value="${type}" ${isChecked ? "checked" : ""}> <span><code>${type}</code></span></label>`;
}

function hasQuery(url: string): boolean {
  return new URL(url).search !== "";
}
