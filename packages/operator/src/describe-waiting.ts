// Why a sync does not run at this moment, in words for an operator: what it waits for, until when, and what
// to do if anything.

import type { Waiting } from "@fleetkeeper/model";
import type { Mood } from "./mood.ts";

/** A state in words, the same on page, command line and API. */
export interface Description {
  /** A word or two, for a badge. */
  label: string;
  /** One sentence without a full stop. */
  text: string;
  /** Null where only an action ends it. */
  until: Date | null;
  mood: Mood;
}

/** What a failing sync waits for: the reasons that `describeWaiting` calls bad. */
export const failingReasons = ["backoff", "scope", "credential"] as const satisfies Waiting["for"][];

/** What a sync that is dispatched, in turn or running waits for. */
export const busyReasons = ["worker", "next-slice", "running"] as const satisfies Waiting["for"][];

/** Every reason that a sync may wait for, in the order of a healthy life. */
export const waitingReasons = [
  "schedule",
  ...busyReasons,
  "rate-limit",
  "operator",
  ...failingReasons,
] as const satisfies Waiting["for"][];

/** Why a sync with this `waiting` does not run. */
export function describeWaiting(waiting: Waiting): Description {
  switch (waiting.for) {
    case "schedule":
      return { label: "scheduled", text: "waits for its next time", until: waiting.until, mood: "good" };
    case "worker":
      return { label: "queued", text: "is due and waits for a free worker", until: null, mood: "busy" };
    case "next-slice":
      return {
        label: "in turn",
        text: `${progress(waiting)}; it is another account's turn`,
        until: null,
        mood: "busy",
      };
    case "running":
      return { label: "running", text: progress(waiting), until: null, mood: "busy" };
    case "rate-limit":
      return {
        label: "rate-limited",
        text: `Trackunit's limit of ${waiting.family} is reached`,
        until: waiting.until,
        mood: "wait",
      };
    case "backoff":
      return {
        label: "backing off",
        text: `${waiting.code} (attempt ${waiting.attempt}): ${waiting.message}`,
        until: waiting.until,
        mood: "bad",
      };
    case "scope":
      return {
        label: "missing scope",
        text: `${waiting.code}: ${waiting.message}`,
        until: waiting.until,
        mood: "bad",
      };
    case "operator":
      return {
        label: "paused",
        text: waiting.of === "sync" ? "an operator paused this sync" : "an operator paused the account",
        until: null,
        mood: "wait",
      };
    case "credential":
      return {
        label: "revoked",
        text: "Trackunit refuses the account's credential; a new install, or a token granted again, ends this",
        until: null,
        mood: "bad",
      };
  }
}

function progress({ pages, records }: { pages: number; records: number }): string {
  return `${pages} pages and ${records} records read so far`;
}
