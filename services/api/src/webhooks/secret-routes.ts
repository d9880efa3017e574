// A new secret for one of the publisher's own addresses.

import type { ReceiverActions } from "@fleetkeeper/operator";
import type { ApiKeyRow, ReceiverRow } from "@fleetkeeper/store";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { ofRequest, whoOf } from "../key/routes.ts";
import { refusals } from "../openapi.ts";
import { webhookParams as params, webhookOf, withSecretSchema } from "./webhook-schema.ts";

/** How long the secret before signs too, when nothing else is asked for. */
const keepOldByDefaultS = 86_400;
const config = { right: "webhooks:write" } as const;
const tags = ["webhooks"];

/** `find` throws where there is none that the key sees. */
export function webhookSecretRoutes({
  receivers,
  find,
}: {
  receivers: ReceiverActions;
  find: (key: ApiKeyRow, id: string) => Promise<ReceiverRow>;
}): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      "/v1/webhooks/:webhookId/rotate",
      {
        config,
        // No body is null to the validator, and only what is undefined has a default.
        preValidation: async (request) => {
          request.body ??= { keepOldSeconds: keepOldByDefaultS };
        },
        schema: {
          operationId: "rotateWebhook",
          summary: "A new secret; the old one also signs for a time",
          tags,
          params,
          body: z
            .strictObject({ keepOldSeconds: z.int().min(0).max(1_209_600).default(keepOldByDefaultS) })
            .prefault({}),
          response: { 200: withSecretSchema, ...refusals },
        },
      },
      async ({ key, params: { webhookId }, body }) => {
        const mine = ofRequest(key);
        await find(mine, webhookId);
        const { secret } = await receivers.rotate(whoOf(mine), webhookId, body.keepOldSeconds * 1_000);
        return { webhook: webhookOf(await receivers.find(webhookId)), secret };
      },
    );
  };
}
