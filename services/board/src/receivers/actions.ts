// What an operator can do to a receiver: the question before, the deed, the notice after. The same as by
// `fleetkeeper notify`.

import { counted, oldSecretForMs, type ReceiverActions } from "@fleetkeeper/operator";
import type { ReceiverRow } from "@fleetkeeper/store";
import { BoardError } from "../errors.ts";
import { type Html, html } from "../html/html.ts";

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
  consequence: "It tells of nothing that happened. Its answer is among the deliveries within seconds.",
  async carryOut(receivers, { who, receiver }) {
    const { eventId } = await receivers.test(who, receiver._id);
    return { notice: `On its way: ${eventId}.` };
  },
};

const rotate: ReceiverAction = {
  name: "rotate",
  verb: "Rotate secret",
  question: "Make this receiver a new secret?",
  consequence:
    "It is shown once. Until the old one ends, each delivery carries both signatures: give your code the new one in that time. A secret that is older than both ends at once.",
  fields: () => html`<label for="hours">Hours that the old secret signs too</label>
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
    "It is told nothing until somebody enables it. What happens meanwhile waits for it, for 14 days and 10,000 events of each account.",
  async carryOut(receivers, { who, receiver }) {
    await receivers.disable(who, receiver._id);
    return { notice: "Disabled; events wait for it." };
  },
};

const enable: ReceiverAction = {
  name: "enable",
  verb: "Enable",
  question: "Enable this receiver?",
  consequence: "It is told what waited, in order, and everything from now on.",
  async carryOut(receivers, { who, receiver }) {
    await receivers.enable(who, receiver._id);
    return { notice: "Enabled: it is told what waited." };
  },
};

const replay: ReceiverAction = {
  name: "replay",
  verb: "Replay",
  question: "Tell this receiver of the event once more?",
  consequence: "With the same webhook-id, before what waits. Your code may have done its work already.",
  async carryOut(receivers, { who, receiver, event }) {
    await receivers.replay(who, receiver._id, event);
    return { notice: `Told again: ${event}.` };
  },
};

const replaySince: ReceiverAction = {
  name: "replay-since",
  verb: "Replay since …",
  question: "Tell this receiver everything since a time once more?",
  consequence:
    "All that it wants today and that is kept, in the order of each account, with the same webhook-ids.",
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
          ? "Nothing has happened since then that it wants."
          : `Told again, of ${counted(accounts, "account")}.`,
    };
  },
};

/** Enough to show that somebody looked. */
const confirmed = ({ _id }: ReceiverRow) => _id.slice(0, 10);

const remove: ReceiverAction = {
  name: "remove",
  verb: "Remove",
  irrevocable: true,
  question: "Remove this receiver for good?",
  consequence: "It is told nothing more. What waits for it, its secrets and its deliveries go with it.",
  fields: (receiver) =>
    html`<label for="receiver">Type <code>${confirmed(receiver)}</code>, the beginning of its id, to confirm</label>
      <input id="receiver" name="receiver" autocomplete="off" autocapitalize="none" spellcheck="false" required>`,
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
