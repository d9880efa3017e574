// A store with a receiver, and what it has been notified of.

import type { EventType, SealedText } from "@fleetkeeper/model";
import type { EventDocument, Store } from "../../src/index.ts";
import { at, installationId } from "../world.ts";

export const receiverId = "rcv_1";

/** Wants these; the store knows it. */
export async function addReceiver(store: Store, events: EventType[], id = receiverId) {
  await store.events.receivers.add({
    id,
    url: "https://example.org/hook",
    description: "",
    events,
    irisAppId: null,
    sealedSecret: "sealed" as SealedText,
    createdAt: at(0),
    createdBy: "w",
  });
  await store.events.refresh();
}

/** Relays, and reads everything that waits for the receiver, as a job does. */
export async function told(store: Store, now: Date, to = receiverId): Promise<EventDocument[]> {
  await store.events.relay.step(now);
  const events: EventDocument[] = [];
  let lane = await store.events.lanes.begin(installationId, to, now);
  for (let next = lane && (await store.events.lanes.next(lane)); lane && next; ) {
    events.push(next);
    lane = await store.events.lanes.advance(lane, next, now);
    next = lane && (await store.events.lanes.next(lane));
  }
  if (lane) await store.events.lanes.rest(lane);
  return events;
}
