// Key files: a public JWK for SEALING_PUBLIC_KEY_FILE and a private JWKS for SEALING_PRIVATE_KEYS_FILE, readable by their owner only.

import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { JSONWebKeySet, JWK } from "jose";
import { FileError } from "../errors.ts";

export interface KeyFiles {
  publicKeyFile: string;
  privateKeysFile: string;
}

/** Never over a file that is there: with a lost private key every credential that it opens is lost. @throws FileError */
export function writeKeyFiles(folder: string, publicKey: JWK, privateKeys: JSONWebKeySet): KeyFiles {
  const publicKeyFile = join(folder, "sealing_public_key");
  const privateKeysFile = join(folder, "sealing_private_keys");
  for (const path of [publicKeyFile, privateKeysFile])
    if (existsSync(path))
      throw new FileError(`${path} is there already: nothing was written`, {
        advice: "Name another folder by --out.",
      });
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    write(privateKeysFile, privateKeys);
    write(publicKeyFile, publicKey);
  } catch (cause) {
    throw new FileError(
      `the keys could not be written to ${folder} (${(cause as NodeJS.ErrnoException).code})`,
      {
        cause,
      },
    );
  }
  return { publicKeyFile, privateKeysFile };
}

function write(path: string, content: unknown): void {
  writeFileSync(path, `${JSON.stringify(content)}\n`, { mode: 0o600, flag: "wx" });
  // Whatever the umask is.
  chmodSync(path, 0o600);
}
