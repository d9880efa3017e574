// What the ingress does once it has verified an install callback.

import { createHash } from "node:crypto";
import type { QueueSet } from "@fleetkeeper/jobs";
import { type Generation, generationOf, installationIdOf, type SealedText } from "@fleetkeeper/model";
import type { Seal } from "@fleetkeeper/sealing";

/** Seals the credential and adds the job. */
export async function handInInstall(
  { queues, seal, app }: { queues: Pick<QueueSet, "addCallback">; seal: Seal; app: string },
  account: { accountId: string; clientId: string; clientSecret: string },
  receivedAt = new Date(),
): Promise<{ generation: Generation; jobId: string; sealedCredential: SealedText }> {
  const { accountId, clientId, clientSecret } = account;
  const installationId = installationIdOf(app, accountId);
  const contentHash = hash(`${accountId} ${receivedAt.getTime()} ${clientId} ${clientSecret}`);
  const generation = generationOf({ issuedAt: undefined, receivedAt, contentHash });
  const sealedCredential = await seal(JSON.stringify({ clientId, clientSecret }), {
    installationId,
    purpose: "credential",
  });
  const { jobId } = await queues.addCallback({
    kind: "install",
    contentHash,
    installationId,
    irisAppId: app,
    accountId,
    generation,
    sealedCredential,
    clientIdFingerprint: hash(clientId).slice(0, 12),
    receivedAt,
  });
  return { generation, jobId, sealedCredential };
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
