// The environment of a command: that of the process over that of a `.env` file, as the services have it;
// without either, that of the system that `pnpm start` runs here.

import { existsSync, readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { FileError } from "./errors.ts";

/** Written by `pnpm start` while it runs. */
const ofDemo = ".data/fleetkeeper.env";
const addresses = ["REDIS_URL", "REDIS_URL_FILE", "MONGODB_URL", "MONGODB_URL_FILE"];

/**
 * `path`: a file that must exist. Default: `.env` where it exists, and where nothing names a server, that of
 * `pnpm start`.
 */
export function readEnvironmentOf(processEnv: NodeJS.ProcessEnv, path?: string): NodeJS.ProcessEnv {
  const file = path ?? [".env", ofDemo].find((candidate) => existsSync(candidate));
  if (file === undefined || (file === ofDemo && addresses.some((name) => processEnv[name])))
    return processEnv;
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw new FileError(`${file} cannot be read (${(cause as NodeJS.ErrnoException).code})`, { cause });
  }
  return { ...parseEnv(text), ...processEnv };
}
