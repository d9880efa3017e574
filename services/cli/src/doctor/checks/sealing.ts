// Sealing keys: what the ingress seals the worker can open, and what is stored opens too.

import { asInstallationId } from "@fleetkeeper/model";
import { createOpen, createSeal, createSign, createVerify, type Open } from "@fleetkeeper/sealing";
import type { SealedEntry } from "@fleetkeeper/store";
import { isSet, readVariables } from "../../configuration.ts";
import { faultOf } from "../../fault-of.ts";
import { keyIdOf } from "../../keys/key-uses.ts";
import { type Examine, type Examiner, type Finding, ok, problem, skipped } from "../finding.ts";

const pageSize = 200;
const atATime = 8;
const probe = {
  installationId: asInstallationId("@fleetkeeper.doctor.probe"),
  purpose: "credential",
} as const;

export const examineSealing: Examine = async (examiner) => {
  const { env } = examiner;
  const { sealingPublicKey: publicKey, sealingPrivateKeys: privateKeys } = readVariables(
    env,
    "SEALING_PUBLIC_KEY",
    "SEALING_PRIVATE_KEYS",
  );
  const open = await createOpen(privateKeys);
  const halves = privateKeys.keys.some(({ kid }) => kid === publicKey.kid)
    ? await opensProbe(open, await createSeal(publicKey), publicKey.kid ?? "")
    : problem(
        "SEALING_PRIVATE_HALF_MISSING",
        `SEALING_PUBLIC_KEY (${publicKey.kid}) has no private half in SEALING_PRIVATE_KEYS: no new install can be opened`,
        "Give the worker the private key of that id, or the ingress a public key that the worker has.",
      );
  const stored = isSet(env, "MONGODB_URL")
    ? await opensStored(open, examiner)
    : skipped("STORED_CREDENTIALS", "stored credentials were not checked: MONGODB_URL is not set");
  return [halves, await verifiesInstalls(env), stored];
};

async function verifiesInstalls(env: NodeJS.ProcessEnv): Promise<Finding> {
  const { ingressSigningKey: signingKey, ingressVerificationKeys: verificationKeys } = readVariables(
    env,
    "INGRESS_SIGNING_KEY",
    "INGRESS_VERIFICATION_KEYS",
  );
  try {
    await createVerify(verificationKeys)(probe, await createSign(signingKey)(probe));
    return ok("INGRESS_KEYS", `installs are signed with key ${signingKey.kid}, which the worker knows`);
  } catch {
    return problem(
      "INGRESS_KEYS_DIFFER",
      `INGRESS_VERIFICATION_KEYS lacks the public half of INGRESS_SIGNING_KEY (${signingKey.kid}): each install is refused`,
      "Give the worker the public half of the ingress's key.",
    );
  }
}

async function opensProbe(
  open: Open,
  seal: Awaited<ReturnType<typeof createSeal>>,
  keyId: string,
): Promise<Finding> {
  try {
    await open(await seal("probe", probe), probe);
    return ok("SEALING_KEYS", `key ${keyId} seals, and its private half can open it`);
  } catch {
    return problem(
      "SEALING_HALVES_DIFFER",
      `the public and the private key of the id ${keyId} do not belong together`,
      "Find out which of the two was replaced; never give two keys the same id.",
    );
  }
}

async function opensStored(open: Open, { reach, output, signal, sample }: Examiner): Promise<Finding> {
  const { sealedTexts } = await reach.store();
  const total = Math.min(sample, await sealedTexts.estimate());
  const progress = output.progress("sealed texts opened", total);
  const failed = new Map<string, { count: number; first: string }>();
  let looked = 0;
  try {
    for await (const page of sealedTexts.pages(Math.min(pageSize, sample))) {
      for (let start = 0; start < page.length; start += atATime) {
        signal.throwIfAborted();
        const batch = page.slice(start, start + atATime);
        await Promise.all(batch.map((entry) => openOne(open, entry, failed)));
        progress.advance(batch.length);
      }
      looked += page.length;
      if (looked >= sample) break;
    }
  } finally {
    progress.end();
  }
  if (failed.size === 0) return ok("STORED_CREDENTIALS", `${looked} sealed texts checked: all can be opened`);
  const said = [...failed].map(([why, { count, first }]) => `${count} by ${why}, the first of ${first}`);
  return problem(
    "STORED_CREDENTIALS_CLOSED",
    `of ${looked} sealed texts cannot be opened: ${said.join("; ")}`,
    "Add the private key of that id to SEALING_PRIVATE_KEYS; without it these accounts must install again.",
  );
}

async function openOne(
  open: Open,
  { sealed, installationId, kind }: SealedEntry,
  failed: Map<string, { count: number; first: string }>,
): Promise<void> {
  try {
    await open(sealed, { installationId, purpose: kind });
  } catch (error) {
    const why = `${faultOf(error).code} (key ${keyIdOf(sealed) || "unknown"})`;
    const entry = failed.get(why) ?? { count: 0, first: installationId };
    entry.count++;
    failed.set(why, entry);
  }
}
