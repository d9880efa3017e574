// What the control API accepts, as JSON schemas.
import { faultKinds } from "../faults/fault.ts";

const text = { type: "string", minLength: 1, maxLength: 2000 };
const texts = { type: "array", items: text, maxItems: 1000 };
const flag = { type: "boolean" };
const number = (maximum: number) => ({ type: "integer", minimum: 0, maximum });
const anyAmount = number(2 ** 40);
const object = (properties: object, required: string[] = []) => ({
  type: ["object", "null"],
  properties,
  required,
  additionalProperties: false,
});

export const accountSchema = object({
  accountId: { ...text, maxLength: 100 },
  name: text,
  assets: number(10_000_000),
  sites: number(1_000_000),
  customers: number(1_000_000),
  events: number(1_000_000),
  alertConfigurations: number(100_000),
  scopes: texts,
});

export const changeSchema = object(
  {
    count: number(1_000_000),
    create: number(1000),
    update: number(1000),
    delete: number(1000),
    resource: { enum: ["assets", "sites", "customers", "alertConfigurations"] },
  },
  ["count"],
);

export const installSchema = object({
  callbackUrl: text,
  type: { ...text, minLength: 0 },
  irisAppId: text,
  extra: { type: "object" },
  newSecret: flag,
  bearer: flag,
  claims: { type: "object" },
  token: { type: ["string", "null"], maxLength: 100_000 },
  algorithm: { enum: ["RS256", "ES256", "HS256", "none"] },
  kid: { type: ["string", "null"], maxLength: 2000 },
  unpublishedKey: flag,
  expiresInS: { type: ["integer", "null"] },
  timeoutMs: { ...number(600_000), minimum: 1 },
});

export const webhookTargetSchema = object({ url: text, key: text }, ["url", "key"]);

export const webhookSchema = object({ type: text }, ["type"]);

export const faultSchema = object(
  {
    kind: { enum: Object.keys(faultKinds) },
    operation: text,
    accountId: text,
    times: { ...anyAmount, minimum: 1 },
    itemId: text,
    delayMs: number(3_600_000),
    status: { type: "integer", minimum: 200, maximum: 599 },
    body: {},
    retryAfterS: anyAmount,
    retryAfterAsDate: flag,
    resetInMs: anyAmount,
    cost: anyAmount,
  },
  ["kind"],
);

export const settingsSchema = object({
  app: text,
  callbackUrl: text,
  scopes: texts,
  deniedScope: { enum: ["omit", "invalid_scope"] },
  tokenLifetimeS: anyAmount,
  requiredScopes: { type: "object", additionalProperties: text },
  graphqlMaxCost: anyAmount,
  graphqlBudget: anyAmount,
  enforceLimits: flag,
  webhookHeaders: { enum: ["svix", "webhook"] },
  webhookCopies: { ...number(100), minimum: 1 },
  webhookReorder: flag,
  webhookRetryScale: { type: "number", minimum: 0, maximum: 1 },
});
