// Seals everything stored again with one key. Each replacement is conditional, so a newer install wins;
// doing it again continues where it was left.

import type { QueueSet } from "@fleetkeeper/jobs";
import { asInstallationId, type SealedText } from "@fleetkeeper/model";
import {
  createJobVerify,
  createOpen,
  createSeal,
  createSign,
  createVerify,
  publicHalfOf,
  type SealBinding,
} from "@fleetkeeper/sealing";
import type { SealedEntry, Store } from "@fleetkeeper/store";
import type { JSONWebKeySet, JWK } from "jose";
import { faultOf } from "../fault-of.ts";
import { keyIdOf, type SealedJob, sealedJobs } from "./key-uses.ts";

export interface ResealResult {
  resealed: number;
  already: number;
  superseded: number;
  /** Jobs that wait or failed, which are signed and cannot be changed without the ingress's key. */
  jobsLeft: number;
  /**
   * Jobs that a worker took meanwhile: what they bring into the store is found there, now or the next time.
   */
  jobsTaken: number;
  failedCount: number;
  /** The first hundred of those that did not open. */
  failed: { id: string; code: string }[];
}

const pageSize = 200;
/** Opening by RSA keeps a core busy for a millisecond or more; the rest is waiting for MongoDB. */
const atATime = 8;
const namedFailures = 100;

export async function reseal(options: {
  store: Pick<Store, "sealedTexts">;
  queues: QueueSet;
  publicKey: JWK;
  privateKeys: JSONWebKeySet;
  /** The ingress's; undefined: jobs are left as they are. */
  signingKey: JWK | undefined;
  onDone: (count: number) => void;
  signal: AbortSignal;
}): Promise<ResealResult> {
  const { store, queues, publicKey, privateKeys, signingKey, onDone, signal } = options;
  const keyId = publicKey.kid ?? "";
  const seal = await createSeal(publicKey);
  const open = await createOpen(privateKeys);
  const jobsOrigin = signingKey && {
    sign: createSign(signingKey),
    verify: createJobVerify(createVerify({ keys: [publicHalfOf(signingKey)] }), open),
  };
  const result: ResealResult = {
    resealed: 0,
    already: 0,
    superseded: 0,
    jobsLeft: 0,
    jobsTaken: 0,
    failedCount: 0,
    failed: [],
  };

  async function one(
    id: string,
    sealed: SealedText,
    binding: SealBinding,
    replace: (resealedText: SealedText) => Promise<boolean>,
    otherwise: "superseded" | "jobsTaken" = "superseded",
  ): Promise<void> {
    if (keyIdOf(sealed) === keyId) {
      result.already++;
      return;
    }
    let resealedText: SealedText;
    try {
      resealedText = await seal(await open(sealed, binding), binding);
    } catch (error) {
      noteFailure(id, error);
      return;
    }
    if (await replace(resealedText)) result.resealed++;
    else result[otherwise]++;
  }

  function noteFailure(id: string, error: unknown): void {
    result.failedCount++;
    if (result.failed.length < namedFailures) result.failed.push({ id, code: faultOf(error).code });
  }

  const ofStore = (entry: SealedEntry) =>
    one(entry.id, entry.sealed, bindingOf(entry), (resealedText) =>
      store.sealedTexts.replace(entry, resealedText, keyId),
    );
  const ofJob = async ({ job, field, sealed }: SealedJob) => {
    if (jobsOrigin === undefined) {
      if (keyIdOf(sealed) !== keyId) result.jobsLeft++;
      return;
    }
    const { signature, ...payload } = job.data;
    // A forged job must not become the ingress's by this.
    try {
      await jobsOrigin.verify(payload, signature);
    } catch (error) {
      noteFailure(job.id ?? "", error);
      return;
    }
    const installationId = asInstallationId(job.data.installationId);
    const purpose = field === "sealedCredential" ? "credential" : "callback";
    const replace = async (resealedText: SealedText) => {
      const resealed = { ...payload, [field]: resealedText };
      const data = { ...resealed, signature: await jobsOrigin.sign(resealed) };
      return queues.replaceData("install", job, data);
    };
    return one(job.id ?? "", sealed, { installationId, purpose }, replace, "jobsTaken");
  };

  // Jobs first: one that is carried out meanwhile brings its old text into the store, where it is found
  // after. What a worker has in hand is left to it: it would store the old text in any case.
  for await (const sealedJob of sealedJobs(queues)) {
    signal.throwIfAborted();
    await ofJob(sealedJob);
  }
  for await (const page of store.sealedTexts.pages(pageSize)) {
    for (let start = 0; start < page.length; start += atATime) {
      signal.throwIfAborted();
      const batch = page.slice(start, start + atATime);
      await Promise.all(batch.map(ofStore));
      onDone(batch.length);
    }
  }
  return result;
}

function bindingOf({ kind, installationId }: SealedEntry): SealBinding {
  return { installationId, purpose: kind };
}
