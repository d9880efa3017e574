// How a receiver does, in the same words on page and command line.

import type { AttemptDocument, ReceiverRow } from "@fleetkeeper/store";
import type { Mood } from "./mood.ts";
import { duration, fromNow } from "./times.ts";

/** A word for a badge and a sentence without a full stop. */
export interface ReceiverStanding {
  mood: Mood;
  label: "told" | "nothing sent yet" | "failing" | "disabled";
  text: string;
}

/** How it does at `now`. */
export function receiverStanding(
  { disabled, failingSince, lastSuccessAt }: ReceiverRow,
  now: Date,
): ReceiverStanding {
  if (disabled !== null) {
    const because = {
      operator: "by an operator",
      failing: `after three days of failures (${disabled.code ?? "no code"})`,
      gone: "since it answered 410 (gone)",
    }[disabled.why];
    const text = `disabled ${because}, ${fromNow(disabled.at, now)}; events wait for it`;
    return { mood: disabled.why === "operator" ? "wait" : "bad", label: "disabled", text };
  }
  if (failingSince !== null) {
    const text = `nothing was accepted for ${duration(now.getTime() - failingSince.getTime())}; each event is tried for three days`;
    return { mood: "bad", label: "failing", text };
  }
  if (lastSuccessAt === null)
    return { mood: "wait", label: "nothing sent yet", text: "no event was sent yet" };
  return { mood: "good", label: "told", text: `last delivery ${fromNow(lastSuccessAt, now)}` };
}

/** What came of an attempt. */
export function attemptInWords(
  { outcome, status, code, nextAt, durationMs }: AttemptDocument,
  now: Date,
): { mood: Mood; text: string } {
  const answer = status === null ? (code ?? "no answer") : String(status);
  if (outcome === "delivered") return { mood: "good", text: `${answer} in ${durationMs} ms` };
  if (outcome === "given-up") return { mood: "bad", text: `${answer}; given up after three days` };
  if (nextAt === null) return { mood: "bad", text: answer };
  const next =
    nextAt > now ? `; again ${fromNow(nextAt, now)}` : `; the next try was due ${fromNow(nextAt, now)}`;
  return { mood: "bad", text: `${answer}${next}` };
}
