// What a receiver is sent of an event. Source of the form: Standard Webhooks, "Payload structure". The same
// for each attempt.

import { accountIdOf, irisAppIdOf, type SealedText } from "@fleetkeeper/model";
import type { Open } from "@fleetkeeper/sealing";
import { type EventDocument, positionOf, type Store } from "@fleetkeeper/store";

/**
 * `open`: of payloads of Trackunit's webhooks, which are sealed where they are kept; undefined without a key
 * for them.
 */
export async function eventBody(
  event: EventDocument,
  { store, open }: { store: Pick<Store, "webhookDeliveries">; open: Open | undefined },
): Promise<string> {
  const { type, at, installationId, _id } = event;
  const data = {
    accountId: accountIdOf(installationId) ?? installationId,
    app: irisAppIdOf(installationId) ?? null,
    sequence: positionOf(_id),
    ...(type === "trackunit.webhook" ? await withPayload(event) : event.data),
  };
  return JSON.stringify({ type, timestamp: at.toISOString(), data });

  /** Null where it was tidied away, or its key is not here any more. */
  async function withPayload({ data: { delivery, ...told } }: EventDocument) {
    const kept = await store.webhookDeliveries.find(String(delivery));
    return { ...told, payload: kept === null ? null : await opened(kept.payload) };
  }

  async function opened(sealed: SealedText): Promise<unknown> {
    const text = await open?.(sealed, { installationId, purpose: "webhook-payload" }).catch(() => undefined);
    if (text === undefined) return null;
    try {
      return JSON.parse(text);
    } catch {
      return text;
    }
  }
}
