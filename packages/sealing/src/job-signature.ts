// Signatures of what an ingress hands over in great number: by HMAC-SHA256 with a key of its own making,
// which is sealed for the worker and signed once. Why that keeps out the same people: docs/adr/0026.

import { createHmac, createSecretKey, type KeyObject, randomBytes, timingSafeEqual } from "node:crypto";
import { createBoundedMap, type InstallationId, type SealedText } from "@fleetkeeper/model";
import type { SealBinding } from "./binding.ts";
import { ForeignContentError } from "./errors.ts";
import type { Open } from "./open.ts";
import type { Seal } from "./seal.ts";
import { orderedText, type Sign, type Verify } from "./signature.ts";

/** An ingress makes the next key after this. */
const renewedAfterMs = 10 * 60_000;
/** That a worker knows at a time: of all ingresses, and of jobs that waited. */
const maxKnownKeys = 1_000;
const keyBytes = 32;
const binding: SealBinding = { installationId: "ingress" as InstallationId, purpose: "job-key" };

/** As a job carries it. */
export interface JobSignature {
  /** The key of `mac`, sealed. */
  jobKey: SealedText;
  /** By the ingress's signing key, over `{ jobKey }`. */
  signature: string;
  /** In base64url. */
  mac: string;
}

/** `sign`, `seal`: by the ingress's signing key, for the worker. */
export function createJobSign(sign: Sign, seal: Seal): (content: object) => Promise<JobSignature> {
  let current: { made: ReturnType<typeof makeKey>; untilMs: number } | undefined;

  async function makeKey() {
    const bytes = randomBytes(keyBytes);
    const jobKey = await seal(bytes.toString("base64url"), binding);
    return { key: createSecretKey(bytes), jobKey, signature: await sign({ jobKey }) };
  }

  return async (content) => {
    if (current === undefined || performance.now() >= current.untilMs)
      current = { made: makeKey(), untilMs: performance.now() + renewedAfterMs };
    const used = current;
    try {
      const { key, jobKey, signature } = await used.made;
      return { jobKey, signature, mac: macOf(key, content).toString("base64url") };
    } catch (error) {
      if (current === used) current = undefined;
      throw error;
    }
  };
}

/**
 * Accepts what `createJobSign` makes, and what `createSign` does. Besides what `verify` throws, it throws
 * what `open` does where it lacks the private key.
 */
export function createJobVerify(verify: Verify, open: Open): Verify {
  const known = createBoundedMap<string, KeyObject>(maxKnownKeys);

  async function keyOf({ jobKey, signature }: JobSignature): Promise<KeyObject> {
    const name = `${signature} ${jobKey}`;
    const found = known.get(name);
    if (found !== undefined) return found;
    await verify({ jobKey }, signature);
    const key = createSecretKey(Buffer.from(await open(jobKey, binding), "base64url"));
    known.set(name, key);
    return key;
  }

  return async (content, signature) => {
    if (!isJobSignature(signature)) return verify(content, signature);
    const given = Buffer.from(signature.mac, "base64url");
    const expected = macOf(await keyOf(signature), content);
    if (given.length !== expected.length || !timingSafeEqual(given, expected))
      throw new ForeignContentError("the ingress did not sign this, or it was changed since");
  };
}

function macOf(key: KeyObject, content: object): Buffer {
  return createHmac("sha256", key).update(orderedText(content)).digest();
}

function isJobSignature(value: unknown): value is JobSignature {
  if (typeof value !== "object" || value === null) return false;
  const { jobKey, signature, mac } = value as Record<string, unknown>;
  return [jobKey, signature, mac].every((part) => typeof part === "string");
}
