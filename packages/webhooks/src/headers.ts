// The three headers of a delivery, in either of their two families. Sources: Svix's documentation; Standard
// Webhooks.

import { WebhookRefusal } from "./errors.ts";

/** Their values, each given exactly once. */
export interface WebhookHeaders {
  id: string;
  timestamp: string;
  signature: string;
}

const families = ["svix", "webhook"] as const;
const parts = ["id", "timestamp", "signature"] as const;
const longest: Record<keyof WebhookHeaders, number> = { id: 256, timestamp: 12, signature: 2_000 };

/**
 * Takes one whole family. Both are accepted only if they say the same; half a family, or a header that comes
 * twice, never. `rawHeaders`: names and values in turn, as Node.js gives them.
 * @throws WebhookRefusal `ERR_WEBHOOK_HEADERS`
 */
export function readHeaders(rawHeaders: readonly string[]): WebhookHeaders {
  const found = families.map((family) => readFamily(rawHeaders, family)).filter((one) => one !== undefined);
  const [first, second] = found;
  if (first === undefined) throw refused("missing");
  if (second !== undefined && parts.some((part) => first[part] !== second[part])) throw refused("mixed");
  if (!/^[!-~]+$/.test(first.id) || !/^\d+$/.test(first.timestamp)) throw refused("malformed");
  return first;
}

/** Undefined where none of its headers is there. */
function readFamily(rawHeaders: readonly string[], family: string): WebhookHeaders | undefined {
  const values = parts.map((part) => valuesOf(rawHeaders, `${family}-${part}`));
  if (values.every(({ length }) => length === 0)) return undefined;
  if (values.some(({ length }) => length > 1)) throw refused("doubled");
  const [id = "", timestamp = "", signature = ""] = values.map(([value]) => value ?? "");
  const headers = { id, timestamp, signature };
  if (parts.some((part) => headers[part] === "")) throw refused("incomplete");
  if (parts.some((part) => headers[part].length > longest[part])) throw refused("too long");
  return headers;
}

function valuesOf(rawHeaders: readonly string[], name: string): string[] {
  return rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name);
}

function refused(reason: string): WebhookRefusal {
  return new WebhookRefusal("ERR_WEBHOOK_HEADERS", { reason: `headers ${reason}` });
}
