// Verification of what Fleetkeeper sends to your own address, by Web Crypto. Source: Standard Webhooks,
// "Verifying signatures".

import type { WebhookEvent } from "./webhook-event.ts";

/** Why a delivery is not to be believed. Stable. */
export type WebhookErrorCode =
  | "ERR_WEBHOOK_HEADERS"
  | "ERR_WEBHOOK_TIMESTAMP"
  | "ERR_WEBHOOK_UNVERIFIED"
  | "ERR_WEBHOOK_CONTENT"
  | "ERR_WEBHOOK_KEY";

/**
 * The delivery cannot be trusted, or the secrets are not valid. No message holds a secret or anything of the
 * delivery.
 */
export class WebhookError extends Error {
  readonly code: WebhookErrorCode;

  constructor(code: WebhookErrorCode, message: string) {
    super(message);
    this.name = "WebhookError";
    this.code = code;
  }
}

/** Only what differs from the defaults. */
export interface VerifyWebhookOptions {
  /** How far the timestamp may be from now, in either direction. Default 5 minutes. */
  toleranceMs?: number;
  /** Milliseconds since 1970. Default: the clock's. */
  now?: () => number;
}

/** As `Request` has them, or Node.js, whose names may have any case. */
export type WebhookHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

type Key = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

const longest = { id: 256, signature: 4_000 };
const maxSecrets = 10;

/**
 * The event of a delivery that one of the secrets has signed. `body` is what came, before anybody parsed it:
 * bytes, or the text of them. `secrets` are `whsec_…`; while you exchange one, give both. Every pair of
 * secret and signature is compared, each in a time that does not depend on where they differ.
 * @throws WebhookError
 */
export async function verifyWebhook(
  body: string | Uint8Array | ArrayBuffer,
  headers: WebhookHeaders,
  secrets: string | readonly string[],
  { toleranceMs = 5 * 60_000, now = Date.now }: VerifyWebhookOptions = {},
): Promise<WebhookEvent> {
  const keys = await keysOf([secrets].flat());
  const id = header(headers, "webhook-id");
  const timestamp = header(headers, "webhook-timestamp");
  const signatures = header(headers, "webhook-signature");
  // A full stop in it would let two contents have one signature.
  if (!/^[\w-]+$/.test(id) || id.length > longest.id || !/^\d{1,12}$/.test(timestamp))
    throw refused("ERR_WEBHOOK_HEADERS", "webhook-id or webhook-timestamp is malformed");
  if (signatures.length > longest.signature)
    throw refused("ERR_WEBHOOK_HEADERS", "webhook-signature is too long");
  // A fault of the options must not open the door.
  if (!(Math.abs(now() - Number(timestamp) * 1_000) <= toleranceMs))
    throw refused("ERR_WEBHOOK_TIMESTAMP", "the timestamp is too far from now");

  const bytes = bytesOf(body);
  const signed = concat(new TextEncoder().encode(`${id}.${timestamp}.`), bytes);
  const given = signatures.split(" ").flatMap((one) => signatureOf(one) ?? []);
  const checks = given.flatMap((signature) =>
    keys.map((key) => crypto.subtle.verify("HMAC", key, signature, signed)),
  );
  if (!(await Promise.all(checks)).includes(true))
    throw refused("ERR_WEBHOOK_UNVERIFIED", "no signature was made with one of these secrets for this body");
  return eventIn(bytes, id);
}

async function keysOf(secrets: readonly string[]): Promise<Key[]> {
  if (secrets.length === 0 || secrets.length > maxSecrets)
    throw refused("ERR_WEBHOOK_KEY", `give 1 to ${maxSecrets} secrets`);
  return Promise.all(
    secrets.map((secret) => {
      const bytes =
        typeof secret === "string" && secret.startsWith("whsec_") ? decoded(secret.slice(6)) : null;
      if (bytes === null || bytes.length < 24)
        throw refused("ERR_WEBHOOK_KEY", "a secret is whsec_ and then 24 bytes or more in base64");
      return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
    }),
  );
}

/** @throws WebhookError where it is missing, or comes twice */
function header(headers: WebhookHeaders, name: string): string {
  const values =
    headers instanceof Headers
      ? [headers.get(name) ?? []].flat()
      : Object.entries(headers).flatMap(([key, value]) => (key.toLowerCase() === name ? (value ?? []) : []));
  const [value] = values;
  if (values.length !== 1 || value === undefined || value === "")
    throw refused(
      "ERR_WEBHOOK_HEADERS",
      "webhook-id, webhook-timestamp and webhook-signature must each be present once",
    );
  return value;
}

/** Of another version, or none at all: undefined. */
function signatureOf(text: string): Uint8Array<ArrayBuffer> | undefined {
  return text.startsWith("v1,") ? (decoded(text.slice(3)) ?? undefined) : undefined;
}

function decoded(base64: string): Uint8Array<ArrayBuffer> | null {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(base64)) return null;
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

function bytesOf(body: string | Uint8Array | ArrayBuffer): Uint8Array {
  if (typeof body === "string") return new TextEncoder().encode(body);
  if (body instanceof ArrayBuffer || body instanceof Uint8Array) return new Uint8Array(body);
  throw refused("ERR_WEBHOOK_CONTENT", "pass the body as received, not parsed");
}

function concat(head: Uint8Array, tail: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(head.length + tail.length);
  whole.set(head);
  whole.set(tail, head.length);
  return whole;
}

function eventIn(bytes: Uint8Array, id: string): WebhookEvent {
  const { type, timestamp, data } = parsed(bytes);
  if (typeof type !== "string" || typeof timestamp !== "string" || typeof data !== "object" || data === null)
    throw refused("ERR_WEBHOOK_CONTENT", "the body is signed but is not an event of Fleetkeeper");
  return { id, type, timestamp, data: data as WebhookEvent["data"] };
}

function parsed(bytes: Uint8Array): Record<string, unknown> {
  try {
    return Object(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)));
  } catch {
    return {};
  }
}

function refused(code: WebhookErrorCode, message: string): WebhookError {
  return new WebhookError(code, message);
}
