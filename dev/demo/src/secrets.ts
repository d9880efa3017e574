// The secrets of this machine's Fleetkeeper: made at the first start, kept in the data folder, readable by its owner only.

import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { generateSealingKey } from "@fleetkeeper/sealing";

export interface Secrets {
  /** A public JWK, as JSON. */
  sealingPublicKey: string;
  /** A private JWKS, as JSON. */
  sealingPrivateKeys: string;
  boardPassword: string;
}

export async function loadSecrets(dataDir: string): Promise<{ secrets: Secrets; created: boolean }> {
  const path = join(dataDir, "secrets.json");
  try {
    return { secrets: JSON.parse(await readFile(path, "utf8")), created: false };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  const { publicKey, privateKey } = await generateSealingKey();
  const secrets: Secrets = {
    sealingPublicKey: JSON.stringify(publicKey),
    sealingPrivateKeys: JSON.stringify({ keys: [privateKey] }),
    boardPassword: randomBytes(12).toString("base64url"),
  };
  await mkdir(dataDir, { recursive: true });
  await writeFile(path, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600, flag: "wx" });
  return { secrets, created: true };
}
