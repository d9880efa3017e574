// The actions on an account, in the order of their buttons.

import {
  count,
  describeHeldBack,
  duration,
  instant,
  intervalBounds,
  isInterval,
} from "@fleetkeeper/operator";
import { BoardError } from "../../errors.ts";
import { html } from "../../html/html.ts";
import { confirmationField } from "../../html/question-page.ts";
import { type AccountAction, nameOf, type Subject } from "./action.ts";

const syncNow: AccountAction = {
  name: "sync-now",
  of: "either",
  verb: "Sync now",
  question: (what) => `Sync ${what} now?`,
  consequence: ({ sync }) =>
    sync === undefined
      ? "Every sync of the account runs as soon as a worker is free; a sync that is running now runs again afterwards."
      : "It runs as soon as a worker is free; if it is running now, it runs again afterwards.",
  async carryOut(actions, who, subject) {
    await actions.syncNow(who, subject.installation._id, subject.sync?.sync);
    return `Requested: ${nameOf(subject)} syncs as soon as a worker is free${limitOn(subject)}. The result is shown at its last run.`;
  },
};

/** The limit that the sync runs into, in words. */
function limitOn({ sync }: Subject): string {
  if (sync?.waiting.for !== "rate-limit") return "";
  return `, and may run into Trackunit's limit of ${sync.waiting.family} again, which it had reached until ${instant(sync.waiting.until)}`;
}

const pause: AccountAction = {
  name: "pause",
  of: "either",
  verb: "Pause",
  question: (what) => `Pause ${what}?`,
  consequence: ({ sync }) =>
    sync === undefined
      ? "Until it is resumed, no sync of the account runs and no token is requested. Runs in progress stop at their next page and keep their progress."
      : "It does not run until it is resumed. A run in progress stops at its next page and keeps its progress.",
  async carryOut(actions, who, subject) {
    await actions.pause(who, subject.installation._id, subject.sync?.sync);
    return `Paused: ${nameOf(subject)}.`;
  },
};

const resume: AccountAction = {
  name: "resume",
  of: "either",
  verb: "Resume",
  question: (what) => `Resume ${what}?`,
  consequence: ({ sync }) =>
    sync === undefined
      ? "A token is requested and the account's syncs are due at once. Syncs that were paused on their own stay paused."
      : "It is due at once and continues where it stopped.",
  async carryOut(actions, who, subject) {
    await actions.resume(who, subject.installation._id, subject.sync?.sync);
    return `Resumed: ${nameOf(subject)}.`;
  },
};

const refreshToken: AccountAction = {
  name: "refresh-token",
  of: "account",
  verb: "Refresh token",
  question: (what) => `Refresh the token of ${what}?`,
  consequence: () =>
    "A worker requests a new access token from Trackunit, even if the present one is good. If a refused credential works again, the account's syncs continue.",
  async carryOut(actions, who, subject) {
    await actions.refreshToken(who, subject.installation._id);
    return "Requested: a worker fetches a new token.";
  },
};

const retryFailed: AccountAction = {
  name: "retry-failed",
  of: "account",
  verb: "Retry failed jobs",
  question: (what) => `Retry the failed jobs of ${what}?`,
  consequence: () => "Every failed job of this account, in all queues, is started again.",
  async carryOut(actions, who, subject) {
    const started = await actions.retryFailed(who, subject.installation._id);
    return started === 0 ? "No job of this account has failed." : `Started again: ${count(started)} failed.`;
  },
};

const changeInterval: AccountAction = {
  name: "interval",
  of: "sync",
  verb: "Change interval",
  question: (what) => `Change how often ${what} runs?`,
  consequence: ({ sync }) => {
    const defined = sync?.definedIntervalMs;
    return `Leave it empty for the interval of the sync's definition${defined === undefined ? "" : `, ${duration(defined)}`}. It counts from the next run, which is due at once.`;
  },
  fields: ({ sync }) =>
    html`<label for="minutes">Minutes from one run to the next</label>
      <input id="minutes" name="minutes" inputmode="numeric" autocomplete="off" value="${sync?.intervalMs == null ? "" : sync.intervalMs / 60_000}">`,
  async carryOut(actions, who, subject, { minutes = "" }) {
    const { installation, sync } = subject;
    const intervalMs = minutes.trim() === "" ? null : Number(minutes) * 60_000;
    if (intervalMs !== null && !isInterval(intervalMs)) {
      const { minMs, maxMs } = intervalBounds;
      const message = `An interval is a number of minutes, from ${minMs / 60_000} to ${count(maxMs / 60_000)} (${duration(maxMs)}).`;
      throw new BoardError("ERR_BAD_FORM", { message });
    }
    await actions.setInterval(who, installation._id, sync?.sync ?? "", intervalMs);
    return intervalMs === null
      ? `${nameOf(subject)} runs at the interval of its definition.`
      : `${nameOf(subject)} runs every ${duration(intervalMs)}.`;
  },
};

const confirmDeletions: AccountAction = {
  name: "confirm-deletions",
  of: "sync",
  verb: "Confirm deletions",
  question: (what) => `Delete what ${what} no longer finds?`,
  consequence: ({ sync }) =>
    sync?.heldBack
      ? `${describeHeldBack(sync.heldBack)}. With your confirmation the next pass that misses them marks them deleted; it is due at once.`
      : "No deletion of this sync is held back.",
  async carryOut(actions, who, subject) {
    await actions.confirmDeletions(who, subject.installation._id, subject.sync?.sync ?? "");
    return `Confirmed: the next pass of ${nameOf(subject)} deletes what it misses again.`;
  },
};

const changeNames: AccountAction = {
  name: "names",
  of: "account",
  verb: "Save",
  question: (what) => `Name and note of ${what}`,
  consequence: () =>
    "Name and note are for operators: they are shown with the account, and survive a new install. The name is searched, too. Leave a field empty for none.",
  fields: ({ installation: { name, note } }) =>
    html`<label for="name">Name</label>
      <input id="name" name="name" maxlength="200" autocomplete="off" value="${name ?? ""}">
      <label for="note">Note</label>
      <textarea id="note" name="note" maxlength="2000" rows="4">${note ?? ""}</textarea>`,
  async carryOut(actions, who, subject, { name = "", note = "" }) {
    const { installation } = subject;
    const wanted = { name: name.trim() || null, note: note.trim().replaceAll("\r\n", "\n") || null };
    const changed = {
      ...(wanted.name === (installation.name ?? null) ? {} : { name: wanted.name }),
      ...(wanted.note === (installation.note ?? null) ? {} : { note: wanted.note }),
    };
    if (Object.keys(changed).length === 0) return "Nothing was changed.";
    await actions.setNotes(who, installation._id, changed);
    return `Saved: ${nameOf({ ...subject, installation: { ...installation, ...changed } })}.`;
  },
};

const rollback: AccountAction = {
  name: "rollback",
  of: "account",
  verb: "Roll back credential",
  question: (what) => `Bring back the former credential of ${what}?`,
  consequence: () =>
    "It takes over as soon as Trackunit grants a token for it; the present one stays in use until then, and is kept.",
  fields: ({ installation }) =>
    html`<label for="fingerprint">Fingerprint of the client id</label>
      <select id="fingerprint" name="fingerprint">${installation.former.toReversed().map(({ clientIdFingerprint, inForceUntil }) => html`<option value="${clientIdFingerprint}">${clientIdFingerprint}, in force until ${instant(inForceUntil)}</option>`)}</select>`,
  async carryOut(actions, who, subject, { fingerprint = "" }) {
    await actions.rollback(who, subject.installation._id, fingerprint === "" ? undefined : fingerprint);
    return "Requested: the former credential takes over when Trackunit grants a token for it.";
  },
};

const acceptClient: AccountAction = {
  name: "accept-client",
  of: "account",
  verb: "Accept client",
  question: (what) => `Is the new client id of ${what} the customer's?`,
  consequence: ({ installation: { clientChange } }) =>
    clientChange === null
      ? "The client id did not change."
      : `It changed from ${clientChange.from} to ${clientChange.to}. Once you accept it, deletions are no longer held back for this reason.`,
  async carryOut(actions, who, subject) {
    await actions.acceptClient(who, subject.installation._id);
    return `Accepted: the client of ${nameOf(subject)}.`;
  },
};

const forget: AccountAction = {
  name: "forget",
  of: "account",
  verb: "Forget account",
  irrevocable: true,
  question: (what) => `Forget ${what} for good?`,
  consequence: () =>
    "Its credential, its token, its schedule and every record that was read for it are deleted. Only a new install by the customer brings them back. The audit log keeps the operators' actions.",
  fields: ({ installation }) => confirmationField("accountId", installation.accountId),
  async carryOut(actions, who, subject, { accountId = "" }) {
    const { installation } = subject;
    if (accountId.trim() !== installation.accountId.trim())
      throw new BoardError("ERR_BAD_FORM", {
        message: "That is not the id of this account. Nothing was deleted.",
      });
    await actions.forget(who, installation._id);
    return `Requested: a worker deletes everything of account ${installation.accountId}.`;
  },
};

export const accountActions = {
  syncNow,
  pause,
  resume,
  refreshToken,
  retryFailed,
  changeInterval,
  confirmDeletions,
  changeNames,
  rollback,
  acceptClient,
  forget,
} as const satisfies Record<string, AccountAction>;

/** By the name in an address; undefined when there is none, or it is not for what the address names. */
export function findAction(name: string, ofSync: boolean): AccountAction | undefined {
  const refused = ofSync ? "account" : "sync";
  return Object.values<AccountAction>(accountActions).find(
    (action) => action.name === name && action.of !== refused,
  );
}
