// Reads `fromTime` and `toTime` of a request.
import { type Answer, badField } from "./answers.ts";

export interface TimeWindow {
  from: Date;
  to: Date;
}

const maxWindowMs = 366 * 86_400_000;

/** The window, with the bounds that were not given, or the answer that refuses it. A year is the longest. */
export function timeWindow(
  given: { fromTime?: unknown; toTime?: unknown },
  otherwise: TimeWindow,
): TimeWindow | Answer {
  const from = given.fromTime === undefined ? otherwise.from : new Date(String(given.fromTime));
  const to = given.toTime === undefined ? otherwise.to : new Date(String(given.toTime));
  if (Number.isNaN(from.getTime())) return badField("fromTime", "must be an ISO 8601 time");
  if (Number.isNaN(to.getTime())) return badField("toTime", "must be an ISO 8601 time");
  if (from > to) return badField("fromTime", "must not be after toTime");
  if (to.getTime() - from.getTime() > maxWindowMs)
    return badField("toTime", "must be within a year of fromTime");
  return { from, to };
}
