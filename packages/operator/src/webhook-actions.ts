// What an operator does to endpoints for Trackunit's webhooks and to their deliveries; each in the audit log
// before it is done.

import type { QueueSet } from "@fleetkeeper/jobs";
import { type InstallationId, type SealedText, shortEndpointId } from "@fleetkeeper/model";
import type { DeliveryQuery, Store, WebhookEndpointDocument } from "@fleetkeeper/store";
import { newEndpointId, readSigningKey } from "@fleetkeeper/webhooks";
import { NotFoundError, WrongStateError } from "./errors.ts";
import { counted } from "./words.ts";

/** Each is in the audit log before it is done. @throws NotFoundError and WrongStateError. */
export type WebhookActions = ReturnType<typeof createWebhookActions>;

const hourMs = 3_600_000;
/** How long the old key is good beside a new one, unless said otherwise: as long as Svix's. */
export const oldKeyForMs = 24 * hourMs;
const maxOldKeyMs = 14 * 24 * hourMs;
const maxEvents = 50;
/** Of one request. */
const maxReplays = 2_000;

/**
 * `sealKey`: undefined where this process has no `WEBHOOK_KEY`. `who`: the user's name, for the audit log.
 */
export function createWebhookActions(options: {
  store: Store;
  queues: Pick<QueueSet, "addReplays">;
  sealKey: ((key: string, installationId: InstallationId) => Promise<SealedText>) | undefined;
  now: () => Date;
}) {
  const { store, queues, now } = options;

  return {
    /**
     * Makes an endpoint; a worker tells the ingress of it within seconds. `key`: as Trackunit Manager shows
     * it, or undefined to give it by `setKey` when there is one. `events`: what a delivery is taken to be
     * that does not say its type.
     * @throws NotFoundError, WrongStateError, InvalidSigningKeyError, TooManyEndpointsError
     */
    async add(
      who: string,
      installationId: InstallationId,
      { key, events = [] }: { key?: string | undefined; events?: string[] },
    ): Promise<WebhookEndpointDocument> {
      if ((await store.installations.find(installationId)) === null)
        throw new NotFoundError(`there is no installation ${installationId}`);
      checkEvents(events);
      const sealedKey = key === undefined ? undefined : await sealed(key, installationId);
      requireKeys();
      const endpointId = newEndpointId();
      await note(who, `add webhook endpoint ${shortEndpointId(endpointId)}`, installationId);
      return store.webhookEndpoints.add({
        installationId,
        endpointId,
        sealedKey,
        events,
        now: now(),
      });
    },

    /**
     * Gives an endpoint its first key, or a new one beside the old one, which is good for `keepOldMs` longer.
     * @throws NotFoundError, WrongStateError, InvalidSigningKeyError
     */
    async setKey(who: string, endpointId: string, key: string, keepOldMs = oldKeyForMs): Promise<void> {
      if (!(keepOldMs >= 0 && keepOldMs <= maxOldKeyMs))
        throw new WrongStateError("an old key is kept for at most 14 days");
      const endpoint = await endpointOf(endpointId);
      const sealedKey = await sealed(key, endpoint.installationId);
      await note(who, `set webhook key of ${shortEndpointId(endpointId)}`, endpoint.installationId);
      const oldUntil = new Date(now().getTime() + keepOldMs);
      if (!(await store.webhookEndpoints.rotate(endpoint, sealedKey, { oldUntil, now: now() })))
        throw new WrongStateError("the endpoint's keys were changed meanwhile; look at it again");
    },

    /** Deliveries are taken and kept, and set nothing off until `resume`. */
    async pause(who: string, endpointId: string): Promise<void> {
      await changeState(who, endpointId, "paused", "pause webhook endpoint");
    },

    async resume(who: string, endpointId: string): Promise<void> {
      await changeState(who, endpointId, "active", "resume webhook endpoint");
    },

    /** The ingress refuses deliveries to it within seconds; what came in before stays. */
    async remove(who: string, endpointId: string): Promise<void> {
      await changeState(who, endpointId, "removed", "remove webhook endpoint");
    },

    /** Starts the syncs of one kept delivery again. @throws NotFoundError */
    async replay(who: string, deliveryId: string): Promise<void> {
      const delivery = await store.webhookDeliveries.find(deliveryId);
      if (delivery === null) throw new NotFoundError("there is no such delivery");
      await note(who, "replay webhook", delivery.installationId);
      await queues.addReplays(delivery.installationId, [delivery._id]);
    },

    /** The same for all of an account that fit, the newest 2 000 at most. Returns how many. */
    async replayAll(
      who: string,
      installationId: InstallationId,
      which: Omit<DeliveryQuery, "installationId" | "limit" | "after">,
    ): Promise<number> {
      const { rows } = await store.webhookDeliveries.list({ ...which, installationId, limit: maxReplays });
      await note(who, `replay ${counted(rows.length, "webhook")}`, installationId);
      const oldestFirst = rows.map(({ _id }) => _id).reverse();
      if (rows.length > 0) await queues.addReplays(installationId, oldestFirst);
      return rows.length;
    },
  };

  async function changeState(
    who: string,
    endpointId: string,
    state: WebhookEndpointDocument["state"],
    action: string,
  ): Promise<void> {
    const { _id, installationId } = await endpointOf(endpointId);
    await note(who, `${action} ${shortEndpointId(endpointId)}`, installationId);
    await store.webhookEndpoints.setState(_id, state, now());
  }

  async function endpointOf(endpointId: string): Promise<WebhookEndpointDocument> {
    const found = await store.webhookEndpoints.findByEndpointId(endpointId);
    if (found === null) throw new NotFoundError("there is no such webhook endpoint");
    return found;
  }

  function requireKeys() {
    if (options.sealKey === undefined)
      throw new WrongStateError("WEBHOOK_KEY is not set here; see docs/webhooks.md");
    return options.sealKey;
  }

  async function sealed(key: string, installationId: InstallationId): Promise<SealedText> {
    return requireKeys()(readSigningKey(key), installationId);
  }

  async function note(who: string, action: string, installationId: InstallationId): Promise<void> {
    await store.audit.add({ at: now(), who, action, installationId });
  }
}

function checkEvents(events: readonly string[]): void {
  if (events.length > maxEvents || events.some((event) => !/^[A-Za-z0-9._-]{1,100}$/.test(event)))
    throw new WrongStateError(`events are at most ${maxEvents} types, such as alerts.asset.on`);
}
