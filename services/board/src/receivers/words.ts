// How a receiver is written on its pages.

import { eventTypes } from "@fleetkeeper/model";
import type { ReceiverRow } from "@fleetkeeper/store";

/** Without the values of its query, which may be secrets of who is told. */
export function shownUrl(url: string): string {
  const { origin, pathname, search } = new URL(url);
  return `${origin}${pathname}${search === "" ? "" : "?…"}`;
}

/** Of what it is told. */
export function eventsInWords({ events }: Pick<ReceiverRow, "events">): string {
  return events.length === eventTypes.length ? "all" : events.join(", ");
}
