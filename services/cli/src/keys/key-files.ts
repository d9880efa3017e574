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
  const files = writeFiles(folder, {
    sealing_private_keys: JSON.stringify(privateKeys),
    sealing_public_key: JSON.stringify(publicKey),
  });
  return { publicKeyFile: files.sealing_public_key, privateKeysFile: files.sealing_private_keys };
}

/** The file of a variable by its name in camelCase: `token_key` for `tokenKey`. */
export function fileNameOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/**
 * Each text under its name. Never over a file that is there: with a lost private key every credential that it
 * opens is lost.
 * @param handOver called with each path once it is written, before the next one.
 * @returns the path of each.
 * @throws FileError
 */
export function writeFiles<Name extends string>(
  folder: string,
  contents: Record<Name, string>,
  handOver: (path: string) => void = keepToOwner,
): Record<Name, string> {
  const files = Object.entries<string>(contents).map(([name, text]) => ({
    name,
    path: join(folder, name),
    text,
  }));
  for (const { path } of files)
    if (existsSync(path))
      throw new FileError(`${path} already exists: nothing was written`, {
        advice: "Name another folder with --out.",
      });
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const { path, text } of files) {
      writeFileSync(path, `${text}\n`, { mode: 0o600, flag: "wx" });
      handOver(path);
    }
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new FileError(`the keys could not be written to ${folder} (${code})`, { cause });
  }
  return Object.fromEntries(files.map(({ name, path }) => [name, path])) as Record<Name, string>;
}

/** With any umask. */
function keepToOwner(path: string): void {
  chmodSync(path, 0o600);
}
