// The body of a callback: its schema, the account that it names, and one text for all ways to write the same
// body. Source: Trackunit, "Calling the API on behalf of the User".

import { orderedFields } from "@fleetkeeper/model";
import { Refusal } from "./errors.ts";

/** Unknown keys are allowed: Trackunit shows its body as "something like this". */
export interface CallbackBody {
  type: string;
  irisAppId: string;
  accountId: string;
  [name: string]: unknown;
}

/** The callback of an install. The secret is in clear: seal it and let go of it. */
export interface InstalledBody extends CallbackBody {
  type: "INSTALLED";
  clientId: string;
  clientSecret: string;
}

/** The only `type` that Trackunit documents. */
export function isInstalled(body: CallbackBody): body is InstalledBody {
  return body.type === "INSTALLED";
}

const text = (maxLength: number) => ({ type: "string", minLength: 1, maxLength });

/** Ids become part of keys: visible ASCII only. Nothing else is known of their shape. */
const id = (maxLength: number) => ({ ...text(maxLength), pattern: "^[!-~]+$" });

/** JSON Schema draft 07, as Fastify's validator has it. */
export const callbackSchema = {
  type: "object",
  required: ["type", "irisAppId", "accountId"],
  properties: { type: text(256), irisAppId: id(200), accountId: id(128) },
  if: { properties: { type: { const: "INSTALLED" } } },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: {
    required: ["clientId", "clientSecret"],
    properties: { clientId: text(512), clientSecret: text(2_048) },
  },
} as const;

/** The body as JSON with the keys of every object in order and no spaces. */
export function canonicalText(body: CallbackBody): string {
  return JSON.stringify(orderedFields(body));
}

/** `uuid`: 8-4-4-4-12 hexadecimal digits. `any`: up to 128 visible ASCII characters. */
export const accountIdShapes = ["uuid", "any"] as const;

/** What CALLBACK_ACCOUNT_IDS may say. */
export type AccountIdShape = (typeof accountIdShapes)[number];

/** Of `uuid`; without flags, as a JSON Schema has it. */
export const accountIdPattern = /^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/;

/**
 * The account that a callback is of. A UUID comes in small letters, since its letters mean the same in either
 * case: one account has one installation.
 * @throws Refusal: `ERR_ACCOUNT_ID`
 */
export function accountIdIn({ accountId }: CallbackBody, shape: AccountIdShape): string {
  if (accountIdPattern.test(accountId)) return accountId.toLowerCase();
  if (shape === "uuid") throw new Refusal("ERR_ACCOUNT_ID");
  return accountId;
}
