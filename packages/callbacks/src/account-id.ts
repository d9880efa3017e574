// Which account ids are taken. Trackunit's are UUID-shaped in its documentation, of any version.

import type { CallbackBody } from "./callback-body.ts";
import { Refusal } from "./errors.ts";

/** `uuid`: 8-4-4-4-12 hexadecimal digits. `any`: up to 128 visible ASCII characters. */
export const accountIdShapes = ["uuid", "any"] as const;

/** What CALLBACK_ACCOUNT_IDS may say. */
export type AccountIdShape = (typeof accountIdShapes)[number];

/** Of `uuid`; without flags, as a JSON Schema has it. */
export const accountIdPattern = /^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/;

/**
 * The account that a callback is of. A UUID comes in small letters, since its letters mean the same in either case: one
 * account has one installation.
 * @throws Refusal: `ERR_ACCOUNT_ID`
 */
export function accountIdIn({ accountId }: CallbackBody, shape: AccountIdShape): string {
  if (accountIdPattern.test(accountId)) return accountId.toLowerCase();
  if (shape === "uuid") throw new Refusal("ERR_ACCOUNT_ID");
  return accountId;
}
