// Key files: what variables such as SEALING_PRIVATE_KEYS_FILE name, readable by their owner only.

import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { JSONWebKeySet, JWK } from "jose";
import { FileError } from "../errors.ts";

export interface KeyFiles {
  publicKeyFile: string;
  privateKeysFile: string;
}

export function writeKeyFiles(folder: string, publicKey: JWK, privateKeys: JSONWebKeySet): KeyFiles {
  const names = { sealing_private_keys: privateKeys, sealing_public_key: publicKey };
  const [privateKeysFile = "", publicKeyFile = ""] = writeFiles(folder, names);
  return { publicKeyFile, privateKeysFile };
}

/**
 * Each content as JSON under its name. Never over a file that is there: with a lost private key every credential that it
 * opens is lost.
 * @returns the paths, in order.
 * @throws FileError
 */
export function writeFiles(folder: string, contents: Record<string, JWK | JSONWebKeySet>): string[] {
  const files = Object.entries(contents).map(([name, content]) => ({ path: join(folder, name), content }));
  for (const { path } of files)
    if (existsSync(path))
      throw new FileError(`${path} is there already: nothing was written`, {
        advice: "Name another folder by --out.",
      });
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const { path, content } of files) write(path, content);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new FileError(`the keys could not be written to ${folder} (${code})`, { cause });
  }
  return files.map(({ path }) => path);
}

function write(path: string, content: unknown): void {
  writeFileSync(path, `${JSON.stringify(content)}\n`, { mode: 0o600, flag: "wx" });
  // Whatever the umask is.
  chmodSync(path, 0o600);
}
