// What an operator can do to a receiver: the question before, the deed, the notice after. The same as by
// `fleetkeeper notify`.

import { counted, oldSecretForMs, type ReceiverActions } from "@fleetkeeper/operator";
import type { ReceiverRow } from "@fleetkeeper/store";
import { BoardError } from "../errors.ts";
import { type Html, html } from "../html/html.ts";
import { confirmationField } from "../html/question-page.ts";

export type Form = Record<string, string | undefined>;

/** `event`: of a replay, which one. */
export interface Deed {
  who: string;
  receiver: ReceiverRow;
  event: string;
  form: Form;
}

export interface ReceiverAction {
  /** In its address. */
  name: string;
  /** On the button that leads to it and on the one that does it. */
  verb: string;
  irrevocable?: boolean;
  question: string;
  consequence: string;
  /** Of the form, where it needs more than a yes. */
  fields?(receiver: ReceiverRow): Html;
  /**
   * Returns the notice of what was done, or the secret that was made.
   * @throws ERR_BAD_FORM, and what the operator's actions throw
   */
  carryOut(receivers: ReceiverActions, deed: Deed): Promise<{ notice: string } | { secret: string }>;
}

const hourMs = 3_600_000;

const test: ReceiverAction = {
  name: "test",
  verb: "Send a test",
  question: "Send this receiver an event of type test?",
  consequence: "It reports no real event. Its answer is among the deliveries within seconds.",
  async carryOut(receivers, { who, receiver }) {
    const { eventId } = await receivers.test(who, receiver._id);
    return { notice: `On its way: ${eventId}.` };
  },
};

const rotate: ReceiverAction = {
  name: "rotate",
  verb: "Rotate secret",
  question: "Make a new secret for this receiver?",
  consequence:
    "It is shown once. Until the old one ends, each delivery carries both signatures: give your code the new one in that time. A still older secret ends at once.",
  fields: () => html`<label for="hours">Hours for which the old secret also signs</label>
    <input id="hours" name="hours" inputmode="numeric" autocomplete="off" value="${oldSecretForMs / hourMs}">`,
  async carryOut(receivers, { who, receiver, form: { hours = "" } }) {
    if (!/^\d{1,3}$/.test(hours.trim()) || Number(hours) > 336)
      throw new BoardError("ERR_BAD_FORM", {
        message: "The old secret signs for 0 to 336 hours (14 days).",
      });
    return receivers.rotate(who, receiver._id, Number(hours) * hourMs);
  },
};

const disable: ReceiverAction = {
  name: "disable",
  verb: "Disable",
  question: "Disable this receiver?",
  consequence:
    "Nothing is sent to it until it is enabled. Events wait for it meanwhile, for 14 days and up to 10,000 per account.",
  async carryOut(receivers, { who, receiver }) {
    await receivers.disable(who, receiver._id);
    return { notice: "Disabled; events wait for it." };
  },
};

const enable: ReceiverAction = {
  name: "enable",
  verb: "Enable",
  question: "Enable this receiver?",
  consequence: "Events that waited are sent to it, in order, and all from now on.",
  async carryOut(receivers, { who, receiver }) {
    await receivers.enable(who, receiver._id);
    return { notice: "Enabled: events that waited are sent to it." };
  },
};

const replay: ReceiverAction = {
  name: "replay",
  verb: "Replay",
  question: "Send this event to the receiver again?",
  consequence:
    "It has the same webhook-id, and is sent before events that wait. Your code may already have handled it.",
  async carryOut(receivers, { who, receiver, event }) {
    await receivers.replay(who, receiver._id, event);
    return { notice: `Sent again: ${event}.` };
  },
};

const replaySince: ReceiverAction = {
  name: "replay-since",
  verb: "Replay since …",
  question: "Send all events since a time to this receiver again?",
  consequence:
    "All kept events of the types that it gets today, in order per account, with the same webhook-ids.",
  fields: () => html`<label for="since">From (UTC)</label>
    <input id="since" name="since" type="datetime-local" required>`,
  async carryOut(receivers, { who, receiver, form: { since = "" } }) {
    const from = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/.test(since) ? new Date(`${since}Z`) : undefined;
    if (from === undefined || Number.isNaN(from.getTime()))
      throw new BoardError("ERR_BAD_FORM", { message: "Name the date and the time to begin at." });
    const accounts = await receivers.replaySince(who, receiver._id, from);
    return {
      notice:
        accounts === 0
          ? "No event of its types has happened since then."
          : `Sent again, of ${counted(accounts, "account")}.`,
    };
  },
};

/** Enough to show that the operator looked. */
const confirmed = ({ _id }: ReceiverRow) => _id.slice(0, 10);

const remove: ReceiverAction = {
  name: "remove",
  verb: "Remove",
  irrevocable: true,
  question: "Remove this receiver for good?",
  consequence:
    "Nothing more is sent to it. Events that wait for it, its secrets and its deliveries are deleted.",
  fields: (receiver) => confirmationField("receiver", confirmed(receiver), "the beginning of its id"),
  async carryOut(receivers, { who, receiver, form: { receiver: typed = "" } }) {
    if (typed.trim() !== confirmed(receiver))
      throw new BoardError("ERR_BAD_FORM", {
        message: "That is not the beginning of this receiver's id. Nothing was removed.",
      });
    await receivers.remove(who, receiver._id);
    return { notice: "Removed." };
  },
};

export const receiverActions = { test, rotate, disable, enable, replay, replaySince, remove } as const;

/** By the name in an address. */
export function findReceiverAction(name: string): ReceiverAction | undefined {
  return Object.values<ReceiverAction>(receiverActions).find((action) => action.name === name);
}
