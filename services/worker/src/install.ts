// Handler of queue `install`: makes the sealed credential a candidate, and takes it out of the job.
// `prove.ts` does the rest.

import {
  type InstallPayload,
  installOf,
  storedPayload,
  type Task,
  type UnrecognisedPayload,
  unrecognisedOf,
} from "@fleetkeeper/jobs";
import type { InstallationId } from "@fleetkeeper/model";
import { sealKeyIdOf, type Verify } from "@fleetkeeper/sealing";
import { candidatesFull, type Store } from "@fleetkeeper/store";
import type { CandidateRefusals } from "./candidate-refusals.ts";

export interface InstallHandlerOptions {
  store: Store;
  /** Other writers to Redis install nothing. */
  verify: Verify;
  scopes: string[];
  /** The collections of all syncs' records. */
  resources: readonly string[];
  refusals: CandidateRefusals;
  /** Hands over its candidate. */
  startProof: (installationId: InstallationId) => Promise<void>;
  now: () => Date;
}

/** That the candidate is tried follows from what is stored: it is due at once. */
export function createInstallHandler(options: InstallHandlerOptions) {
  const { store, verify, scopes, resources, refusals, startProof, now } = options;

  return async (task: Pick<Task<"install">, "id" | "payload" | "replacePayload">) => {
    // Its worker ended just after it was stored.
    if ("stored" in task.payload) return { outcome: task.payload.stored };
    const { signature, ...payload } = task.payload;
    await verify(payload, signature);
    const outcome = await stored(task.id, payload);
    await Promise.all([
      // Where it is stored, or superseded by a newer one, the job has no more use for it.
      task.replacePayload(storedPayload(payload, outcome)),
      outcome === "stored" && startProof(payload.installationId),
    ]);
    return { outcome };
  };

  async function stored(jobId: string, payload: InstallPayload | UnrecognisedPayload): Promise<string> {
    if (payload.kind === "unrecognised") {
      await store.keepUnrecognised(jobId, unrecognisedOf(payload));
      return "kept";
    }
    const install = installOf(payload);
    const sealKeyId = sealKeyIdOf(install.sealedCredential);
    const how = { requestedScopes: scopes, sealKeyId, now: now() };
    let hasMadeRoom = false;
    const onMakingRoom = async () => {
      if (!hasMadeRoom) await refusals.audit(install.installationId, candidatesFull, now());
      hasMadeRoom = true;
    };
    const outcome = await store.install(install, { ...how, onMakingRoom }, resources);
    if (hasMadeRoom) refusals.tell(install.installationId, candidatesFull);
    return outcome;
  }
}
