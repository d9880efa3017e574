// Turns a verified body into what may be stored: the credential sealed for its installation, the rest in
// clear.

import {
  type Credential,
  clientIdFingerprintOf,
  generationOf,
  type InstallationId,
  installationIdOf,
  type SealedCallback,
  type SealedText,
} from "@fleetkeeper/model";
import { type CallbackBody, canonicalText, type InstalledBody, isInstalled } from "./callback-body.ts";

/** The sealed text, which opens for this installation and purpose only. */
export type SealCallbackText = (
  text: string,
  binding: { installationId: InstallationId; purpose: "credential" | "callback" },
) => Promise<SealedText>;

/** A callback that has passed every check; its secrets are in clear. */
export interface VerifiedCallback {
  body: CallbackBody;
  /** As it is known here. */
  accountId: string;
  /** SHA-256 in hexadecimal over token and body. */
  contentHash: string;
  issuedAt: Date | undefined;
  receivedAt: Date;
}

/** What may be stored of it: no secret in clear. */
export async function sealCallback(
  seal: SealCallbackText,
  callback: VerifiedCallback,
): Promise<SealedCallback> {
  const { body, accountId, contentHash, receivedAt } = callback;
  const { irisAppId } = body;
  const installationId = installationIdOf(irisAppId, accountId);
  const known = { installationId, irisAppId, accountId, receivedAt };
  if (!isInstalled(body)) {
    const sealedBody = await seal(canonicalText(body), { installationId, purpose: "callback" });
    return { kind: "unrecognised", contentHash, ...known, type: printable(body.type), sealedBody };
  }
  const credential = JSON.stringify(credentialOf(body));
  return {
    kind: "install",
    contentHash,
    ...known,
    generation: generationOf(callback),
    sealedCredential: await seal(credential, { installationId, purpose: "credential" }),
    clientIdFingerprint: clientIdFingerprintOf(body.clientId),
  };
}

function credentialOf({ clientId, clientSecret }: InstalledBody): Credential {
  return { clientId, clientSecret };
}

/** For logs and the board: at most 64 characters of visible ASCII. */
function printable(type: string): string {
  return type.slice(0, 64).replace(/[^ -~]/g, "?");
}
