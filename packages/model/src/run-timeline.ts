// What a run did, step by step, for operators: bounded, and kept only with runs that have news or failed.

import type { RunEvent, RunTimeline } from "./sync-state.ts";

const kept = { first: 10, last: 30 };

/** Of a run that has done nothing yet. */
export const noTimeline: RunTimeline = { events: [], leftOut: 0 };

/** With one more step; those in the middle go. */
export function withEvent({ events, leftOut }: RunTimeline, event: RunEvent): RunTimeline {
  if (events.length < kept.first + kept.last) return { events: [...events, event], leftOut };
  return {
    events: [...events.slice(0, kept.first), ...events.slice(kept.first + 1), event],
    leftOut: leftOut + 1,
  };
}
