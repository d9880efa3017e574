// The part of an endpoint's address that an attacker cannot guess.

import { randomBytes } from "node:crypto";

const randomPartBytes = 24;

/** 32 characters of base64url: 192 random bits. */
export function newEndpointId(): string {
  return randomBytes(randomPartBytes).toString("base64url");
}

/** The text when it has the form of an endpoint's id; undefined for any other path. */
export function asEndpointId(text: string): string | undefined {
  return /^[A-Za-z0-9_-]{32}$/.test(text) ? text : undefined;
}

/** Below the ingress's address. */
export function webhookPath(endpointId: string): string {
  return `/webhooks/${endpointId}`;
}

/**
 * What is entered in Trackunit Manager. `publicUrl`: of the ingress, from `INGRESS_PUBLIC_URL`; without it a
 * placeholder stands there.
 */
export function webhookUrl(publicUrl: string | undefined, endpointId: string): string {
  return `${(publicUrl ?? "https://<your ingress>").replace(/\/+$/, "")}${webhookPath(endpointId)}`;
}
