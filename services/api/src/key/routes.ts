// The key that a request comes with, as its owner may see it.

import { apiRights } from "@fleetkeeper/model";
import type { ApiKeyRow } from "@fleetkeeper/store";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { refusals } from "../openapi.ts";
import { Problem } from "../problems.ts";

const keySchema = z
  .object({
    id: z.string(),
    name: z.string(),
    rights: z.array(z.enum(apiRights)),
    app: z
      .string()
      .nullable()
      .meta({ description: "The one app whose accounts it sees; null: of all apps." }),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: "Key" });

export const keyRoutes: FastifyPluginAsyncZod = async (app) => {
  app.get(
    "/v1/key",
    {
      config: { right: "any" },
      schema: {
        operationId: "getKey",
        summary: "The key of this request",
        tags: ["key"],
        response: { 200: keySchema, ...refusals },
      },
    },
    async ({ key }) => {
      const { _id, name, rights, irisAppId, createdAt } = ofRequest(key);
      return { id: _id, name, rights, app: irisAppId, createdAt: createdAt.toISOString() };
    },
  );
};

/** The gate has seen to it that there is one. */
export function ofRequest(key: ApiKeyRow | undefined): ApiKeyRow {
  if (key === undefined) throw new Problem("ERR_KEY_REFUSED");
  return key;
}

/** For the audit log and the request log. */
export function whoOf({ _id, name }: ApiKeyRow): string {
  return `api:${_id} (${name})`;
}
