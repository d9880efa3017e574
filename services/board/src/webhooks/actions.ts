// What an operator can do to an endpoint: the question before, the deed, the notice after. The same as by
// `fleetkeeper webhooks`.

import { oldKeyForMs, type WebhookActions } from "@fleetkeeper/operator";
import type { WebhookEndpointDocument } from "@fleetkeeper/store";
import { BoardError } from "../errors.ts";
import { type Html, html } from "../html/html.ts";
import { confirmationField } from "../html/question-page.ts";

export type Form = Record<string, string | undefined>;

export interface EndpointAction {
  /** In its address. */
  name: string;
  /** On the button that leads to it and on the one that does it. */
  verb: string;
  irrevocable?: boolean;
  question: string;
  consequence: string;
  /** Of the form, where it needs more than a yes. */
  fields?(endpoint: WebhookEndpointDocument): Html;
  /**
   * Returns the notice of what was done.
   * @throws ERR_BAD_FORM, ERR_WEBHOOK_KEY, and what the operator's actions throw
   */
  carryOut(
    actions: WebhookActions,
    who: string,
    endpoint: WebhookEndpointDocument,
    form: Form,
  ): Promise<string>;
}

const hourMs = 3_600_000;

/** Never filled in again after a refusal: no page holds a key. */
export const keyField = html`<label for="key">Signing key, as Trackunit Manager shows it (whsec_…)</label>
  <input id="key" name="key" type="password" autocomplete="off" spellcheck="false">`;

const giveKey: EndpointAction = {
  name: "give-key",
  verb: "Give key",
  question: "Give the endpoint its signing key?",
  consequence: "Until it has its key, Trackunit's deliveries are refused, and Trackunit sends them again.",
  fields: () => keyField,
  async carryOut(actions, who, { endpointId }, { key = "" }) {
    await actions.setKey(who, endpointId, key);
    return "The endpoint has its key: it accepts deliveries within seconds.";
  },
};

const rotate: EndpointAction = {
  name: "rotate",
  verb: "Rotate key",
  question: "Give the endpoint a new signing key?",
  consequence:
    "Both keys are valid until the old one ends, so that no delivery is refused in between. A still older key ends at once.",
  fields: () => html`${keyField}
    <label for="hours">Hours for which the old key stays valid</label>
    <input id="hours" name="hours" inputmode="numeric" autocomplete="off" value="${oldKeyForMs / hourMs}">`,
  async carryOut(actions, who, { endpointId }, { key = "", hours = "" }) {
    if (!/^\d{1,3}$/.test(hours.trim()) || Number(hours) > 336)
      throw new BoardError("ERR_BAD_FORM", {
        message: "The old key stays valid for 0 to 336 hours (14 days).",
      });
    await actions.setKey(who, endpointId, key, Number(hours) * hourMs);
    return `The endpoint has its new key; the old one is valid for ${Number(hours)} h more.`;
  },
};

const pause: EndpointAction = {
  name: "pause",
  verb: "Pause",
  question: "Pause this endpoint?",
  consequence: "Its deliveries are kept, but start no sync until it is resumed. They can be replayed.",
  async carryOut(actions, who, { endpointId }) {
    await actions.pause(who, endpointId);
    return "Paused; deliveries are kept and can be replayed.";
  },
};

const resume: EndpointAction = {
  name: "resume",
  verb: "Resume",
  question: "Resume this endpoint?",
  consequence:
    "Its deliveries start syncs again. Deliveries from the pause start no sync until they are replayed.",
  async carryOut(actions, who, { endpointId }) {
    await actions.resume(who, endpointId);
    return "Resumed.";
  },
};

/** Enough to show that the operator looked. */
const confirmed = ({ endpointId }: WebhookEndpointDocument) => endpointId.slice(0, 6);

const remove: EndpointAction = {
  name: "remove",
  verb: "Remove",
  irrevocable: true,
  question: "Remove this endpoint for good?",
  consequence:
    "Trackunit's deliveries to it are refused within seconds. Earlier deliveries are kept. Remove it in Trackunit Manager too.",
  fields: (endpoint) => confirmationField("endpoint", confirmed(endpoint), "the beginning of its id"),
  async carryOut(actions, who, endpoint, { endpoint: typed = "" }) {
    if (typed.trim() !== confirmed(endpoint))
      throw new BoardError("ERR_BAD_FORM", {
        message: "That is not the beginning of this endpoint's id. Nothing was removed.",
      });
    await actions.remove(who, endpoint.endpointId);
    return "Removed; remove it in Trackunit Manager too.";
  },
};

export const endpointActions = { giveKey, rotate, pause, resume, remove } as const;

/** By the name in an address. */
export function findEndpointAction(name: string): EndpointAction | undefined {
  return Object.values<EndpointAction>(endpointActions).find((action) => action.name === name);
}
