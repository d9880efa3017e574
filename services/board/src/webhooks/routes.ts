// `/webhooks`: deliveries and endpoints of all accounts, and the page of each. For everybody who is logged
// in.

import { type InstallationId, type SealedText, syncIdOf } from "@fleetkeeper/model";
import { type WebhookReader, webhookReaderOf } from "@fleetkeeper/operator";
import type { Store } from "@fleetkeeper/store";
import { webhookUrl } from "@fleetkeeper/webhooks";
import type { FastifyInstance } from "fastify";
import { pageStateOf } from "../auth/page-state.ts";
import { BoardError } from "../errors.ts";
import { sendPage } from "../html/html.ts";
import type { Notices } from "../html/notices.ts";
import { deliveryPath } from "../html/paths.ts";
import type { Topic } from "../live/live-hub.ts";
import { type LiveStreams, streamOptions } from "../live/live-streams.ts";
import { deliveriesFragments, deliveriesPage } from "./deliveries-page.ts";
import { type DeliveryFacts, deliveryFragments, deliveryPage } from "./delivery-page.ts";
import {
  addressOf,
  type DeliveriesFacts,
  type DeliveriesRequest,
  deliveriesRequestOf,
  readDeliveries,
} from "./delivery-query.ts";
import { endpointPage } from "./endpoint-page.ts";
import type { EndpointFacts } from "./endpoint-table.ts";
import { endpointsPage } from "./endpoints-page.ts";

export interface WebhookPagesOptions {
  store: Store;
  /** Undefined while Redis does not answer. */
  refusalsOf: (endpointId: string) => Promise<EndpointFacts["refusals"]>;
  /** Undefined where no key here opens it. */
  openPayload: (sealed: SealedText, installationId: InstallationId) => Promise<string | undefined>;
  /** Of the ingress, as Trackunit reaches it. */
  ingressPublicUrl: string | undefined;
  liveStreams: LiveStreams;
  notices: Notices;
  now: () => Date;
}

const endpointsPerPage = 25;
const shownDeliveries = 10;

export function addWebhookRoutes(server: FastifyInstance, options: WebhookPagesOptions): void {
  const { store, refusalsOf, openPayload, ingressPublicUrl, liveStreams, notices, now } = options;

  server.get("/webhooks", async (request, reply) => {
    const facts = await readDeliveries(options, deliveriesRequestOf(request.query));
    const page = pageStateOf(request, reply, "/webhooks");
    return sendPage(reply, deliveriesPage({ ...page, facts, notice: notices.take(request, reply) }));
  });

  server.get("/webhooks/events", streamOptions, async (request, reply) =>
    liveStreams.send(request, reply, deliveriesTopic(deliveriesRequestOf(request.query))),
  );

  server.get<DeliveryRoute>("/webhooks/deliveries/:deliveryId", async (request, reply) => {
    const facts = await readDelivery(request.params.deliveryId);
    const page = pageStateOf(request, reply, deliveryPath(request.params.deliveryId));
    return sendPage(reply, deliveryPage({ ...page, facts, notice: notices.take(request, reply) }));
  });

  server.get<DeliveryRoute>(
    "/webhooks/deliveries/:deliveryId/events",
    streamOptions,
    async (request, reply) => liveStreams.send(request, reply, deliveryTopic(request.params.deliveryId)),
  );

  server.get<{ Querystring: { after?: string } }>(
    "/webhooks/endpoints",
    { schema },
    async (request, reply) => {
      const { after } = request.query;
      const found = await store.webhookEndpoints.list(endpointsPerPage + 1, after);
      const endpoints = await Promise.all(found.slice(0, endpointsPerPage).map(withRefusals));
      const next = found.length > endpointsPerPage ? endpoints.at(-1)?.endpoint._id : undefined;
      const page = pageStateOf(request, reply, "/webhooks/endpoints");
      const facts = { at: now(), endpoints, after, next };
      return sendPage(reply, endpointsPage({ ...page, facts, notice: notices.take(request, reply) }));
    },
  );

  server.get<EndpointRoute>("/webhooks/endpoints/:endpointId", async (request, reply) => {
    const endpoint = await store.webhookEndpoints.findByEndpointId(request.params.endpointId);
    if (endpoint === null) throw new BoardError("ERR_NOT_FOUND");
    const { installationId, endpointId } = endpoint;
    const [facts, { rows: deliveries }] = await Promise.all([
      withRefusals(endpoint),
      store.webhookDeliveries.list({ installationId, endpointId, limit: shownDeliveries }),
    ]);
    const page = pageStateOf(request, reply, request.url);
    const url = webhookUrl(ingressPublicUrl, endpointId);
    const all = { ...facts, at: now(), url, deliveries };
    return sendPage(reply, endpointPage({ ...page, facts: all, notice: notices.take(request, reply) }));
  });

  async function withRefusals(endpoint: EndpointFacts["endpoint"]): Promise<EndpointFacts> {
    return { endpoint, refusals: await refusalsOf(endpoint.endpointId) };
  }

  /** @throws ERR_NOT_FOUND */
  async function readDelivery(id: string): Promise<DeliveryFacts> {
    const found = await store.webhookDeliveries.find(id);
    if (found === null) throw new BoardError("ERR_NOT_FOUND");
    const { payload: sealed, ...delivery } = found;
    const { installationId, endpointId, refreshed } = delivery;
    const [payload, endpoint, readers] = await Promise.all([
      openPayload(sealed, installationId),
      store.webhookEndpoints.findByEndpointId(endpointId),
      Promise.all(
        refreshed.map(async (one): Promise<{ refreshed: typeof one; reader: WebhookReader }> => {
          const known = await store.syncs.withRuns(syncIdOf(installationId, one.sync));
          return { refreshed: one, reader: webhookReaderOf(one, id, known) };
        }),
      ),
    ]);
    return { at: now(), delivery, payload, readers, hasEndpoint: endpoint !== null };
  }

  function deliveriesTopic(request: DeliveriesRequest): Topic<DeliveriesFacts> {
    return {
      key: addressOf(request),
      read: () => readDeliveries(options, request),
      render: deliveriesFragments,
    };
  }

  function deliveryTopic(id: string): Topic<DeliveryFacts> {
    return { key: deliveryPath(id), read: () => readDelivery(id), render: deliveryFragments };
  }
}

interface DeliveryRoute {
  Params: { deliveryId: string };
}

interface EndpointRoute {
  Params: { endpointId: string };
}

const schema = {
  querystring: { type: "object", properties: { after: { type: "string", maxLength: 2_000 } } },
} as const;
