// The secrets of this machine's Fleetkeeper: made at the first start, kept in the data folder, readable by
// its owner only.

import { randomBytes } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type FirstKeys, generateFirstKeys } from "@fleetkeeper/sealing";

export type Secrets = FirstKeys & { boardPassword: string };

const names: Record<keyof Secrets, true> = {
  sealingPublicKey: true,
  sealingPrivateKeys: true,
  ingressSigningKey: true,
  ingressVerificationKeys: true,
  tokenKey: true,
  webhookKey: true,
  boardPassword: true,
};

/** Those of the last start, and new ones where it had none. `created`: there were none at all. */
export async function loadSecrets(dataDir: string): Promise<{ secrets: Secrets; created: boolean }> {
  const path = join(dataDir, "secrets.json");
  const known = await readSecrets(path);
  if (isComplete(known)) return { secrets: known, created: false };
  const secrets: Secrets = {
    ...(await generateFirstKeys()),
    boardPassword: randomBytes(12).toString("base64url"),
    ...known,
  };
  await mkdir(dataDir, { recursive: true });
  await writeFile(`${path}.new`, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
  return { secrets, created: Object.keys(known).length === 0 };
}

function isComplete(known: Partial<Secrets>): known is Secrets {
  return Object.keys(names).every((name) => name in known);
}

async function readSecrets(path: string): Promise<Partial<Secrets>> {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return {};
  }
}
