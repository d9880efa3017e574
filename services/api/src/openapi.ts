// The OpenAPI 3.1 document, made from the routes' schemas, and a page to read it by.

import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import type { FastifyInstance } from "fastify";
import { jsonSchemaTransform, jsonSchemaTransformObject } from "fastify-type-provider-zod";
import { problemCodes, problemSchema } from "./problems.ts";

const description = `For your own back end, never for browsers: accounts, tokens, records and changes of the accounts that installed your app.

Every request has \`Authorization: Bearer fk_…\`, a key from \`fleetkeeper api-keys create\`; the \`security\` of an operation names the right that the key needs. Every refusal is problem details (RFC 9457) with a stable \`code\`: ${problemCodes.map((code) => `\`${code}\``).join(", ")}.`;

const tags = {
  accounts: "Who installed the app, and how its syncs stand.",
  tokens: "Access tokens for Trackunit's API.",
  proxy: "Requests to Trackunit on behalf of an account.",
  records: "What the syncs have read, and what changed in it.",
  webhooks: "Notifications of events, instead of polling.",
  key: "The key itself.",
};

/** To be added before the routes. */
export async function addOpenapi(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: { title: "Fleetkeeper", version, description, license: { name: "MIT", identifier: "MIT" } },
      servers: [{ url: "/" }],
      security: [{ key: [] }],
      components: { securitySchemes: { key: { type: "http", scheme: "bearer" } } },
      tags: Object.entries(tags).map(([name, text]) => ({ name, description: text })),
    },
    transform: (operation) => {
      const { schema, url } = jsonSchemaTransform(operation);
      const { right = "any" } = operation.route.config ?? {};
      return { schema: right === "any" ? schema : { ...schema, security: [{ key: [right] }] }, url };
    },
    transformObject: jsonSchemaTransformObject,
  });
}

/**
 * `/openapi.json`, and `/reference/`: they say what everybody can read in the source, so no key is asked for.
 */
export async function addReference(app: FastifyInstance): Promise<void> {
  app.get("/openapi.json", { schema: { hide: true } }, async () => app.swagger());
  await app.register(swaggerUi, { routePrefix: "/reference", staticCSP: true });
}

const refusal = (description: string) => ({
  description,
  content: { "application/problem+json": { schema: problemSchema } },
});

/** Of every operation: each refusal has the same shape. */
export const refusals = {
  "4xx": refusal("Refused: `code` says why."),
  "5xx": refusal("Not now, or a fault of ours: `code` says which."),
};
