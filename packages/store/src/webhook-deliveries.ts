// Deliveries of Trackunit's webhooks: each message once, the newest of each account, and not for ever.

import {
  createBoundedMap,
  type InstallationId,
  type WebhookDelivery,
  type WebhookOutcome,
  webhookKeyOf,
} from "@fleetkeeper/model";
import type { Collection, Db, Filter } from "mongodb";
import { decidedUpsert } from "./decided-upsert.ts";
import type { WebhookDeliveryDocument } from "./documents.ts";
import type { Interest } from "./events/interest.ts";
import { ownCollection } from "./own-collection.ts";

/** Of one account: the newest deliveries, and none older than `ms`. */
export const webhookBounds = { count: 2_000, ms: 30 * 86_400_000 } as const;

/** An account is tidied when this many of its deliveries were kept by one process. */
const tidyAfter = 100;
/** Accounts whose deliveries a process counts at a time. */
const maxCounted = 10_000;

/** Without its payload. */
export type DeliveryRow = Omit<WebhookDeliveryDocument, "payload">;

/** All that is given must hold. The type is looked for by reading on. */
export interface DeliveryQuery {
  installationId?: InstallationId;
  endpointId?: string;
  type?: string;
  outcome?: WebhookOutcome;
  /** Inclusive. */
  from?: Date;
  /** Exclusive. */
  to?: Date;
  /** `next` of the page before. */
  after?: { receivedAt: Date; _id: string };
  limit: number;
}

/** One page of deliveries, the newest first. */
export interface DeliveryPage {
  rows: DeliveryRow[];
  /** `after` of the next page; undefined after the last. */
  next: { receivedAt: Date; _id: string } | undefined;
}

/** `interest`: which receivers get which events. */
export function createWebhookDeliveries(db: Db, interest: Interest) {
  const deliveries: Collection<WebhookDeliveryDocument> = ownCollection(db, "webhookDeliveries");
  const keptSince = createBoundedMap<InstallationId, number>(maxCounted);

  return {
    idOf: webhookDeliveryIdOf,

    has,

    /**
     * Keeps a delivery with what it came to; false when the message was there already. `firstToken`: of its
     * endpoint.
     */
    async keep(
      delivery: WebhookDelivery,
      result: Pick<WebhookDeliveryDocument, "firstToken" | "outcome" | "refreshed">,
    ): Promise<boolean> {
      const { sealedPayload: payload, ...facts } = delivery;
      const _id = webhookDeliveryIdOf(delivery);
      // The payload stays here, sealed: the worker that sends the event opens it.
      const event = interest.eventOf(delivery.installationId, "trackunit.webhook", delivery.receivedAt, {
        delivery: _id,
        messageId: delivery.messageId,
        eventType: delivery.type,
        receivedAt: delivery.receivedAt.toISOString(),
      });
      const told = event && { outbox: [event], outboxAt: event.at };
      const document = { _id, ...facts, payload, ...result, ...told };
      const isNew = await decidedUpsert(
        async () => (await deliveries.insertOne(document)).acknowledged,
        async () => ((await has(document._id)) ? false : undefined),
      );
      if (isNew) await tidyNowAndThen(delivery);
      return isNew;
    },

    async find(_id: string): Promise<WebhookDeliveryDocument | null> {
      return deliveries.findOne({ _id });
    },

    /** The newest first. */
    async list(query: DeliveryQuery): Promise<DeliveryPage> {
      const { limit } = query;
      const found = await deliveries
        .find(filterOf(query), { projection: { payload: 0 } })
        .sort({ receivedAt: -1, _id: 1 })
        .limit(limit + 1)
        .toArray();
      const rows = found.slice(0, limit) as DeliveryRow[];
      const last = rows.at(-1);
      const next = found.length > limit && last ? { receivedAt: last.receivedAt, _id: last._id } : undefined;
      return { rows, next };
    },

    /** Removes deliveries of all accounts that are older than their time. */
    async tidy(now: Date): Promise<void> {
      await deliveries.deleteMany({ receivedAt: { $lt: new Date(now.getTime() - webhookBounds.ms) } });
    },

    /** What it came to when an operator let it set off its syncs again. */
    async noteReplay(
      _id: string,
      result: Pick<WebhookDeliveryDocument, "outcome" | "refreshed">,
      replayedAt: Date,
    ): Promise<void> {
      await deliveries.updateOne({ _id }, { $set: { ...result, replayedAt } });
    },
  };

  /** Whether the message is kept already: then nothing is to be done. */
  async function has(_id: string): Promise<boolean> {
    return (await deliveries.findOne({ _id }, { projection: { _id: 1 } })) !== null;
  }

  /** Bounds each account to within a few hundred, although many processes keep deliveries. */
  async function tidyNowAndThen({ installationId }: WebhookDelivery): Promise<void> {
    const kept = (keptSince.get(installationId) ?? 0) + 1;
    keptSince.set(installationId, kept);
    if (kept % tidyAfter !== 1) return;
    const [last] = await deliveries
      .find({ installationId }, { projection: { receivedAt: 1 } })
      .sort({ receivedAt: -1 })
      .skip(webhookBounds.count)
      .limit(1)
      .toArray();
    if (last) await deliveries.deleteMany({ installationId, receivedAt: { $lte: last.receivedAt } });
  }
}

function webhookDeliveryIdOf({
  installationId,
  endpointId,
  messageId,
}: Pick<WebhookDelivery, "installationId" | "endpointId" | "messageId">): string {
  return `${installationId}/${webhookKeyOf(endpointId, messageId)}`;
}

function filterOf(query: DeliveryQuery): Filter<WebhookDeliveryDocument> {
  const { installationId, endpointId, type, outcome, from, to, after } = query;
  return {
    receivedAt: {
      $gte: from ?? new Date(0),
      ...(to && { $lt: to }),
      ...(after && { $lte: after.receivedAt }),
    },
    ...(after && { $or: [{ receivedAt: { $lt: after.receivedAt } }, { _id: { $gt: after._id } }] }),
    ...(installationId && { installationId }),
    ...(endpointId && { endpointId }),
    ...(type && { type }),
    ...(outcome && { outcome }),
  };
}
