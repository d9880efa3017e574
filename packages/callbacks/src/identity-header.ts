// Takes the callback token out of the header `Trackunit-Identity`, with or without the word `Bearer` before it.

import { Refusal } from "./errors.ts";

const maxLength = 8_192;

/** @throws Refusal `ERR_IDENTITY_MISSING`, or `ERR_IDENTITY_MALFORMED` for what is no JWT in compact form. */
export function tokenOf(header: string | string[] | undefined): string {
  if (header === undefined || header === "") throw new Refusal("ERR_IDENTITY_MISSING");
  if (typeof header !== "string" || header.length > maxLength) throw new Refusal("ERR_IDENTITY_MALFORMED");
  const [, token] = /^(?:bearer +)?([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(header) ?? [];
  if (token === undefined) throw new Refusal("ERR_IDENTITY_MALFORMED");
  return token;
}
