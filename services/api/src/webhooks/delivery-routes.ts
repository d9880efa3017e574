// What was sent to the publisher's own code, what was answered there, and sending it again.

import type { ReceiverActions } from "@fleetkeeper/operator";
import type { ApiKeyRow, AttemptQuery, ReceiverRow } from "@fleetkeeper/store";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { ofRequest, whoOf } from "../key/routes.ts";
import { refusals } from "../openapi.ts";
import { nextSchema, pageQuery, readingPage } from "../paging.ts";
import { deliveryOf, deliverySchema, webhookParams as params } from "./webhook-schema.ts";

const config = { right: "webhooks:write" } as const;
const tags = ["webhooks"];

/** `find`: the receiver of that id, where the key sees it. */
export function webhookDeliveryRoutes({
  receivers,
  find,
}: {
  receivers: ReceiverActions;
  find: (key: ApiKeyRow, webhookId: string) => Promise<ReceiverRow>;
}): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      "/v1/webhooks/:webhookId/test",
      {
        config,
        schema: {
          operationId: "testWebhook",
          summary: "Send an event of type `test`",
          tags,
          params,
          response: { 202: z.object({ eventId: z.string() }), ...refusals },
        },
      },
      async ({ key, params: { webhookId } }, reply) => {
        const mine = ofRequest(key);
        await find(mine, webhookId);
        reply.code(202);
        return receivers.test(whoOf(mine), webhookId);
      },
    );

    app.get(
      "/v1/webhooks/:webhookId/deliveries",
      {
        config,
        schema: {
          operationId: "listWebhookDeliveries",
          summary: "Deliveries to a receiver and their answers, the newest first",
          description: "The newest 5 000 or so, for 14 days.",
          tags,
          params,
          querystring: pageQuery.extend({
            eventId: z.string().max(100).optional(),
            outcome: z.enum(["delivered", "failed", "given-up"]).optional(),
          }),
          response: { 200: z.object({ deliveries: z.array(deliverySchema), next: nextSchema }), ...refusals },
        },
      },
      async ({ key, params: { webhookId }, query: { limit, after, eventId, outcome } }) => {
        await find(ofRequest(key), webhookId);
        const wanted: AttemptQuery = {
          receiverId: webhookId,
          limit,
          ...(after === undefined ? {} : { after }),
          ...(eventId === undefined ? {} : { eventId }),
          ...(outcome === undefined ? {} : { outcome }),
        };
        const { rows, next } = await readingPage(() => receivers.deliveries(wanted));
        return { deliveries: rows.map(deliveryOf), next: next ?? null };
      },
    );

    app.post(
      "/v1/webhooks/:webhookId/replay",
      {
        config,
        schema: {
          operationId: "replayWebhook",
          summary: "Send one event again, or all since a time",
          tags,
          params,
          body: z.union([
            z.object({ eventId: z.string().min(1).max(100) }).strict(),
            z.object({ since: z.iso.datetime({ offset: true }) }).strict(),
          ]),
          response: {
            202: z.object({
              accounts: z.int().meta({ description: "The number of accounts whose events are sent again." }),
            }),
            ...refusals,
          },
        },
      },
      async ({ key, params: { webhookId }, body }, reply) => {
        const mine = ofRequest(key);
        await find(mine, webhookId);
        reply.code(202);
        if ("since" in body)
          return { accounts: await receivers.replaySince(whoOf(mine), webhookId, new Date(body.since)) };
        await receivers.replay(whoOf(mine), webhookId, body.eventId);
        return { accounts: 1 };
      },
    );
  };
}
