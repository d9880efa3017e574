// Turns a verified body into what may be stored: the credential sealed for its installation, the rest in clear.

import { createHash } from "node:crypto";
import { type CallbackBody, canonicalText, type InstalledBody, isInstalled } from "@fleetkeeper/callbacks";
import type { AcceptedCallback } from "@fleetkeeper/jobs";
import { type Credential, generationOf, installationIdOf } from "@fleetkeeper/model";
import type { Seal } from "@fleetkeeper/sealing";

export interface VerifiedCallback {
  body: CallbackBody;
  /** As it is known here. */
  accountId: string;
  /** SHA-256 in hexadecimal over token and body. */
  contentHash: string;
  issuedAt: Date | undefined;
  receivedAt: Date;
}

export async function sealCallback(seal: Seal, callback: VerifiedCallback): Promise<AcceptedCallback> {
  const { body, accountId, contentHash, receivedAt } = callback;
  const { irisAppId } = body;
  const installationId = installationIdOf(irisAppId, accountId);
  const known = { installationId, irisAppId, accountId, receivedAt };
  if (!isInstalled(body)) {
    const sealedBody = await seal(canonicalText(body), { installationId, purpose: "callback" });
    return { unrecognised: { ...known, type: printable(body.type), sealedBody }, contentHash };
  }
  const credential = JSON.stringify(credentialOf(body));
  return {
    install: {
      ...known,
      generation: generationOf(callback),
      sealedCredential: await seal(credential, { installationId, purpose: "credential" }),
      clientIdFingerprint: createHash("sha256").update(body.clientId).digest("hex").slice(0, 16),
    },
    contentHash,
  };
}

function credentialOf({ clientId, clientSecret }: InstalledBody): Credential {
  return { clientId, clientSecret };
}

/** For logs and the board: at most 64 characters of visible ASCII. */
function printable(type: string): string {
  return type.slice(0, 64).replace(/[^ -~]/g, "?");
}
