// Endpoints for Trackunit's webhooks: whose they are, their sealed keys, when the ingress is notified of
// them, how lively they are.

import type { InstallationId, SealedText } from "@fleetkeeper/model";
import type { Collection, Db } from "mongodb";
import { decidedUpsert } from "./decided-upsert.ts";
import type { WebhookEndpointDocument } from "./documents.ts";
import { createEndpointKeys } from "./endpoint-keys.ts";
import { createEndpointNotices } from "./endpoint-notices.ts";
import { type EndpointStandingName, standingOf } from "./endpoint-standing.ts";
import { TooManyEndpointsError } from "./errors.ts";
import { idsUnder } from "./id-range.ts";
import { ownCollection } from "./own-collection.ts";

/** Of one account. */
export const maxEndpoints = 20;

const weekMs = 7 * 86_400_000;

/** `firstTokenOf`: of what an account gets now. */
export function createWebhookEndpoints(db: Db, firstTokenOf: (id: InstallationId) => Promise<number>) {
  const endpoints: Collection<WebhookEndpointDocument> = ownCollection(db, "webhookEndpoints");

  const { rotate, reseal } = createEndpointKeys(endpoints);
  const { due, published, publishAll, deleteRemoved } = createEndpointNotices(endpoints);

  return {
    rotate,
    reseal,
    due,
    published,
    publishAll,
    deleteRemoved,

    /** A worker tells the ingress of it within seconds. May be repeated. @throws TooManyEndpointsError */
    async add(endpoint: {
      installationId: InstallationId;
      endpointId: string;
      /** Absent: it takes no delivery until it has one. */
      sealedKey?: SealedText | undefined;
      events: string[];
      now: Date;
    }): Promise<WebhookEndpointDocument> {
      const { installationId, endpointId, sealedKey, events, now } = endpoint;
      const _id = idOf(installationId, endpointId);
      const present = { ...idsUnder(installationId), $ne: _id };
      if ((await endpoints.countDocuments({ _id: present })) >= maxEndpoints)
        throw new TooManyEndpointsError(`an account has at most ${maxEndpoints} endpoints; remove one first`);
      const document: WebhookEndpointDocument = {
        _id,
        installationId,
        endpointId,
        firstToken: await firstTokenOf(installationId),
        state: "active",
        keys: sealedKey === undefined ? [] : [{ sealed: sealedKey, addedAt: now, until: null }],
        events,
        createdAt: now,
        publishAt: now,
        lastDeliveryAt: null,
        usualGapMs: 0,
        deliveries: 0,
      };
      return decidedUpsert(
        async () => {
          await endpoints.insertOne(document);
          return document;
        },
        async () => (await endpoints.findOne({ _id })) ?? undefined,
      );
    },

    /** Of an account, in the order of their ids; those that are being removed are left out. */
    async ofInstallation(installationId: InstallationId): Promise<WebhookEndpointDocument[]> {
      return endpoints.find({ _id: idsUnder(installationId), state: { $ne: "removed" } }).toArray();
    },

    async find(installationId: InstallationId, endpointId: string): Promise<WebhookEndpointDocument | null> {
      return endpoints.findOne({ _id: idOf(installationId, endpointId) });
    },

    /** By the part that is in its address; one that is being removed is not found. */
    async findByEndpointId(endpointId: string): Promise<WebhookEndpointDocument | null> {
      return endpoints.findOne({ endpointId, state: { $ne: "removed" } });
    },

    /** In the order of their ids, at most `limit`. */
    async list(limit: number, after = ""): Promise<WebhookEndpointDocument[]> {
      return endpoints
        .find({ _id: { $gt: after }, state: { $ne: "removed" } })
        .sort({ _id: 1 })
        .limit(limit)
        .toArray();
    },

    /** Whether it was so before or not; the ingress is told. One that is being removed stays so. */
    async setState(_id: string, state: WebhookEndpointDocument["state"], now: Date): Promise<void> {
      await endpoints.updateOne({ _id, state: { $ne: "removed" } }, { $set: { state, publishAt: now } });
    },

    /** How many do how, of all accounts. Reads a little of each. */
    async countByStanding(now: Date): Promise<Record<EndpointStandingName, number>> {
      const counts = { "no key": 0, silent: 0, paused: 0, waiting: 0, receiving: 0 };
      const all = endpoints.find(
        { state: { $ne: "removed" } },
        { projection: { state: 1, createdAt: 1, lastDeliveryAt: 1, usualGapMs: 1, "keys.addedAt": 1 } },
      );
      for await (const endpoint of all) counts[standingOf(endpoint, now)]++;
      return counts;
    },

    /** Counts a delivery that was kept. */
    async noteDelivery(endpoint: WebhookEndpointDocument, at: Date): Promise<void> {
      const usualGapMs = nextUsualGap(endpoint, at);
      await endpoints.updateOne(
        { _id: endpoint._id },
        { $max: { lastDeliveryAt: at }, $set: { usualGapMs }, $inc: { deliveries: 1 } },
      );
    },
  };
}

/** The longest time between two deliveries, which counts half after each week. */
export function nextUsualGap(
  { lastDeliveryAt, usualGapMs }: Pick<WebhookEndpointDocument, "lastDeliveryAt" | "usualGapMs">,
  at: Date,
): number {
  if (lastDeliveryAt === null || at <= lastDeliveryAt) return usualGapMs;
  const gapMs = at.getTime() - lastDeliveryAt.getTime();
  return Math.max(gapMs, Math.round(usualGapMs * 0.5 ** (gapMs / weekMs)));
}

function idOf(installationId: InstallationId, endpointId: string): string {
  return `${installationId}/${endpointId}`;
}
