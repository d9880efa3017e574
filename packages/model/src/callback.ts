// What an install callback carries once the ingress has verified and sealed it. Source: Trackunit, "Calling
// the API on behalf of the User".

import { createHash } from "node:crypto";
import type { InstallationId } from "./installation-id.ts";

/** A JSON Web Encryption in compact form, bound to one installation by its protected header. */
export type SealedText = string & { readonly __brand: "SealedText" };

/** Client id and client secret of one account. In clear only where a token is asked for. */
export interface Credential {
  clientId: string;
  clientSecret: string;
}

/**
 * The order of installs of one installation: compared as text, the greater one is newer.
 * `<issued at, ms>-<received at, ms>-<content hash>`, both padded to 15 digits.
 */
export type Generation = string & { readonly __brand: "Generation" };

/** First 16 hexadecimal digits of the SHA-256 of the client id: tells credentials apart, reveals none. */
export function clientIdFingerprintOf(clientId: string): string {
  return createHash("sha256").update(clientId).digest("hex").slice(0, 16);
}

/** A verified install callback, as it travels from ingress to worker. */
export interface Install {
  installationId: InstallationId;
  irisAppId: string;
  accountId: string;
  generation: Generation;
  sealedCredential: SealedText;
  /** By `clientIdFingerprintOf`. */
  clientIdFingerprint: string;
  receivedAt: Date;
}

/** A verified callback whose `type` is not `INSTALLED`: kept for the operator, without any effect. */
export interface UnrecognisedCallback {
  installationId: InstallationId;
  irisAppId: string;
  accountId: string;
  type: string;
  sealedBody: SealedText;
  receivedAt: Date;
}

/**
 * A callback that has passed every check, as the ingress hands it in: no secret in clear. `contentHash`:
 * SHA-256 in hexadecimal over callback token and body; equal ones are one job.
 */
export type SealedCallback = { contentHash: string } & (
  | ({ kind: "install" } & Install)
  | ({ kind: "unrecognised" } & UnrecognisedCallback)
);

/** Orders an install by the time its callback token was issued (if it says) and then by its arrival. */
export function generationOf(order: {
  issuedAt: Date | undefined;
  receivedAt: Date;
  contentHash: string;
}): Generation {
  const { issuedAt, receivedAt, contentHash } = order;
  return `${padded(issuedAt ?? receivedAt)}-${padded(receivedAt)}-${contentHash.slice(0, 16)}` as Generation;
}

/** Before every other: of an installation that has no credential yet. */
export const noGeneration = "" as Generation;

/** For what an operator does at `now`: newer than `newest`, and than all earlier installs. */
export function generationAfter(newest: Generation, now: Date, contentHash: string): Generation {
  const atMs = Math.max(now.getTime(), (Number.parseInt(newest, 10) || 0) + 1);
  const generation = generationOf({ issuedAt: new Date(atMs), receivedAt: now, contentHash });
  return generation > newest ? generation : (`${newest}+` as Generation);
}

function padded(instant: Date): string {
  return String(instant.getTime()).padStart(15, "0");
}
