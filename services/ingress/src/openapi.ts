// The OpenAPI 3.1 document of what the ingress answers, made from what it validates by and from its tables of
// refusals. Served on the ops port: what is public has no more addresses for it.

import {
  type AccountIdShape,
  accountIdPattern,
  callbackPath,
  callbackSchema,
  Refusal,
  refusalCodes,
} from "@fleetkeeper/callbacks";
import type { RefusalRule } from "@fleetkeeper/model";
import { WebhookRefusal, webhookRefusalCodes } from "@fleetkeeper/webhooks";
import type { FastifyInstance } from "fastify";

interface CodedRule extends RefusalRule {
  code: string;
}

/** `hasWebhooks`: a key for them is configured; without one there are none. */
export interface OpenapiOptions {
  accountIds: AccountIdShape;
  allowedApps: ReadonlySet<string>;
  hasWebhooks: boolean;
  basePath: string;
}

export function addOpenapi(ops: FastifyInstance, options: OpenapiOptions): void {
  const document = openapiOf(options);
  ops.get("/openapi.json", async () => document);
}

export function openapiOf({ accountIds, allowedApps, hasWebhooks, basePath }: OpenapiOptions) {
  const ofCallbacks = refusalCodes.map((code): CodedRule => ({ code, ...new Refusal(code).rule }));
  const ofWebhooks = webhookRefusalCodes.map(
    (code): CodedRule => ({ code, ...new WebhookRefusal(code).rule }),
  );
  return {
    openapi: "3.1.0",
    info: {
      title: "Fleetkeeper ingress",
      version: "1",
      description:
        "The addresses for Trackunit: install callbacks and webhooks. Every refusal has a stable `code`, and `Retry-After` if a repetition may succeed.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: basePath === "" ? "/" : basePath }],
    paths: {
      [callbackPath]: { post: callbackOperation(ofCallbacks, { accountIds, allowedApps }) },
      ...(hasWebhooks && {
        "/webhooks/{endpointId}": { post: webhookOperation([...ofWebhooks, ...ofCallbacks]) },
      }),
    },
    components: {
      securitySchemes: {
        callbackToken: {
          type: "apiKey",
          in: "header",
          name: "Trackunit-Identity",
          description: "A JSON Web Token that Trackunit signed; good for one body.",
        },
      },
    },
  };
}

function callbackOperation(
  rules: readonly CodedRule[],
  { accountIds, allowedApps }: Pick<OpenapiOptions, "accountIds" | "allowedApps">,
) {
  const { properties, ...rest } = callbackSchema;
  const accountId =
    accountIds === "uuid" ? { type: "string", pattern: accountIdPattern.source } : properties.accountId;
  const irisAppId = { ...properties.irisAppId, enum: [...allowedApps] };
  return {
    operationId: "installCallback",
    summary: "An account installed the app, or its install changed",
    security: [{ callbackToken: [] }],
    requestBody: {
      required: true,
      content: {
        "application/json": { schema: { ...rest, properties: { ...properties, irisAppId, accountId } } },
      },
    },
    responses: responses(rules, {
      type: "object",
      required: ["status", "installationId"],
      properties: { status: { const: "accepted" }, installationId: { type: "string" } },
    }),
  };
}

function webhookOperation(rules: readonly CodedRule[]) {
  const header = (name: string, description: string) => {
    const schema = { type: "string", minLength: 1 };
    return { name, in: "header", required: true, description, schema };
  };
  return {
    operationId: "webhook",
    summary: "Data of an account changed",
    description: "Signed by the Standard Webhooks; `webhook-…` in place of `svix-…` is accepted too.",
    security: [],
    parameters: [
      {
        name: "endpointId",
        in: "path",
        required: true,
        schema: { type: "string", minLength: 1, maxLength: 100 },
      },
      header("svix-id", "The message's id: the same each time that it is sent."),
      header("svix-timestamp", "Seconds since 1970, within the last five minutes."),
      header("svix-signature", "`v1,` and a signature in base64; several with blanks between."),
    ],
    requestBody: { required: true, content: { "*/*": { schema: {} } } },
    responses: responses(rules, {
      type: "object",
      required: ["status"],
      properties: { status: { const: "accepted" } },
    }),
  };
}

/** By status, each with the codes that it may have and what they advise. */
function responses(rules: readonly CodedRule[], accepted: object) {
  const byStatus = Object.groupBy(rules, ({ status }) => status);
  const refused = Object.entries(byStatus).map(([status, some = []]) => [
    status,
    {
      description: some.map(({ code, message }) => `- \`${code}\`: ${message}`).join("\n"),
      ...(some.every(({ retryAfterS }) => retryAfterS !== undefined) && {
        headers: { "Retry-After": { required: true, schema: { type: "integer" } } },
      }),
      content: { "application/json": { schema: refusalSchema(some.map(({ code }) => code)) } },
    },
  ]);
  return {
    202: {
      description: "Accepted: it is on disk, and the sender is done. A repetition is accepted again.",
      content: { "application/json": { schema: accepted } },
    },
    ...Object.fromEntries(refused),
  };
}

function refusalSchema(codes: readonly string[]) {
  const error = {
    type: "object",
    required: ["code", "message"],
    properties: { code: { enum: [...new Set(codes)] }, message: { type: "string" } },
  };
  return { type: "object", required: ["error"], properties: { error } };
}
