// Outgoing webhooks: where the publisher's own code is notified of events.

import type { ReceiverActions } from "@fleetkeeper/operator";
import type { ApiKeyRow, ReceiverRow } from "@fleetkeeper/store";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { ofRequest, whoOf } from "../key/routes.ts";
import { refusals } from "../openapi.ts";
import { Problem } from "../problems.ts";
import { webhookDeliveryRoutes } from "./delivery-routes.ts";
import { webhookSecretRoutes } from "./secret-routes.ts";
import {
  webhookParams as params,
  webhookFields,
  webhookOf,
  webhookSchema,
  withSecretSchema,
} from "./webhook-schema.ts";

export interface WebhookRoutesOptions {
  receivers: ReceiverActions;
}

const config = { right: "webhooks:write" } as const;
const tags = ["webhooks"];

export function webhookRoutes({ receivers }: WebhookRoutesOptions): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      "/v1/webhooks",
      {
        config,
        schema: {
          operationId: "listWebhooks",
          summary: "Receivers: the addresses that get events",
          tags,
          response: { 200: z.object({ webhooks: z.array(webhookSchema) }), ...refusals },
        },
      },
      async ({ key }) => {
        const mine = ofRequest(key);
        return { webhooks: (await receivers.list()).filter((one) => isSeen(mine, one)).map(webhookOf) };
      },
    );

    app.post(
      "/v1/webhooks",
      {
        config,
        schema: {
          operationId: "createWebhook",
          summary: "Make a receiver: an address of yours that is sent events",
          description: "It gets events from a few seconds later on. The secret is shown in this answer only.",
          tags,
          body: webhookFields,
          response: { 201: withSecretSchema, ...refusals },
        },
      },
      async ({ key, body }, reply) => {
        const mine = ofRequest(key);
        const wanted = wantedOf(body);
        const irisAppId = appFor(mine, wanted.irisAppId);
        const { receiver, secret } = await receivers.add(whoOf(mine), {
          ...wanted,
          url: body.url,
          irisAppId,
        });
        reply.code(201);
        return { webhook: webhookOf(receiver), secret };
      },
    );

    app.get(
      "/v1/webhooks/:webhookId",
      {
        config,
        schema: {
          operationId: "getWebhook",
          summary: "One address, and how its deliveries go",
          tags,
          params,
          response: { 200: webhookSchema, ...refusals },
        },
      },
      async ({ key, params: { webhookId } }) => webhookOf(await find(ofRequest(key), webhookId)),
    );

    app.patch(
      "/v1/webhooks/:webhookId",
      {
        config,
        schema: {
          operationId: "updateWebhook",
          summary: "Change an address, or disable and enable it",
          description:
            "Absent fields stay unchanged. When it is enabled again, events that waited are sent to it, in order.",
          tags,
          params,
          body: webhookFields.partial().extend({ state: z.enum(["enabled", "disabled"]).optional() }),
          response: { 200: webhookSchema, ...refusals },
        },
      },
      async ({ key, params: { webhookId }, body }) => {
        const mine = ofRequest(key);
        await find(mine, webhookId);
        const { state, ...fields } = body;
        const { irisAppId, ...wanted } = wantedOf(fields);
        const bound = irisAppId === undefined ? {} : { irisAppId: appFor(mine, irisAppId) };
        if (Object.keys(fields).length > 0)
          await receivers.update(whoOf(mine), webhookId, { ...wanted, ...bound });
        if (state === "disabled") await receivers.disable(whoOf(mine), webhookId);
        if (state === "enabled") await receivers.enable(whoOf(mine), webhookId);
        return webhookOf(await receivers.find(webhookId));
      },
    );

    app.delete(
      "/v1/webhooks/:webhookId",
      {
        config,
        schema: {
          operationId: "deleteWebhook",
          summary: "Remove a receiver, with the events that wait for it",
          tags,
          params,
          response: { 204: z.null(), ...refusals },
        },
      },
      async ({ key, params: { webhookId } }, reply) => {
        const mine = ofRequest(key);
        await find(mine, webhookId);
        await receivers.remove(whoOf(mine), webhookId);
        reply.code(204);
        return null;
      },
    );

    await app.register(webhookSecretRoutes({ receivers, find }));
    await app.register(webhookDeliveryRoutes({ receivers, find }));
  };

  /** What the key does not see is not there. */
  async function find(key: ApiKeyRow, id: string): Promise<ReceiverRow> {
    const found = await receivers.find(id);
    if (!isSeen(key, found)) throw new Problem("ERR_NOT_FOUND", { detail: `there is no receiver ${id}` });
    return found;
  }
}

function isSeen({ irisAppId }: ApiKeyRow, receiver: ReceiverRow): boolean {
  return irisAppId === null || receiver.irisAppId === irisAppId;
}

/** A key that is bound to an app makes receivers of that one. */
function appFor({ irisAppId }: ApiKeyRow, wanted: string | null | undefined): string | null {
  if (irisAppId === null || wanted === undefined || wanted === null) return irisAppId ?? wanted ?? null;
  if (wanted !== irisAppId) throw new Problem("ERR_NOT_FOUND", { detail: "this key does not see that app" });
  return irisAppId;
}

type Given = z.output<typeof webhookFields>;
type Fields = { [Name in keyof Given]?: Given[Name] | undefined };

function wantedOf({ url, description, events, app }: Fields) {
  return {
    ...(url !== undefined && { url }),
    ...(description !== undefined && { description }),
    ...(events !== undefined && { events }),
    ...(app !== undefined && { irisAppId: app }),
  };
}
