// The secrets of this machine's Fleetkeeper: made at the first start, kept in the data folder, readable by its owner only.

import { randomBytes } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { generateSealingKey, generateSigningKey, generateTokenKey } from "@fleetkeeper/sealing";

export interface Secrets {
  /** A public JWK, as JSON. */
  sealingPublicKey: string;
  /** A private JWKS, as JSON. */
  sealingPrivateKeys: string;
  /** A private JWK, as JSON. */
  ingressSigningKey: string;
  /** A public JWKS, as JSON. */
  ingressVerificationKeys: string;
  /** A JWKS of symmetric keys, as JSON. */
  tokenKey: string;
  /** The same, for webhooks. */
  webhookKey: string;
  boardPassword: string;
}

/** Those of the last start, and new ones where it had none. `created`: there were none at all. */
export async function loadSecrets(dataDir: string): Promise<{ secrets: Secrets; created: boolean }> {
  const path = join(dataDir, "secrets.json");
  const known = await readSecrets(path);
  const secrets: Secrets = {
    ...(known.sealingPrivateKeys === undefined && (await newSealingKeys())),
    ...(known.ingressSigningKey === undefined && (await newSigningKeys())),
    tokenKey: JSON.stringify({ keys: [generateTokenKey()] }),
    webhookKey: JSON.stringify({ keys: [generateTokenKey()] }),
    boardPassword: randomBytes(12).toString("base64url"),
    ...known,
  } as Secrets;
  if (Object.keys(known).length < Object.keys(secrets).length) {
    await mkdir(dataDir, { recursive: true });
    await writeFile(`${path}.new`, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
    await rename(`${path}.new`, path);
  }
  return { secrets, created: Object.keys(known).length === 0 };
}

async function readSecrets(path: string): Promise<Partial<Secrets>> {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return {};
  }
}

async function newSealingKeys(): Promise<Pick<Secrets, "sealingPublicKey" | "sealingPrivateKeys">> {
  const { publicKey, privateKey } = await generateSealingKey();
  return {
    sealingPublicKey: JSON.stringify(publicKey),
    sealingPrivateKeys: JSON.stringify({ keys: [privateKey] }),
  };
}

async function newSigningKeys(): Promise<Pick<Secrets, "ingressSigningKey" | "ingressVerificationKeys">> {
  const { publicKey, privateKey } = await generateSigningKey();
  return {
    ingressSigningKey: JSON.stringify(privateKey),
    ingressVerificationKeys: JSON.stringify({ keys: [publicKey] }),
  };
}
