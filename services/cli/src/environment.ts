// The environment of a command: that of the process over that of a `.env` file, as the services have it.

import { existsSync, readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { FileError } from "./errors.ts";

/** `path`: `.env` where it exists, unless given; one that was given must exist. */
export function readEnvironmentOf(processEnv: NodeJS.ProcessEnv, path?: string): NodeJS.ProcessEnv {
  if (path === undefined && !existsSync(".env")) return processEnv;
  const file = path ?? ".env";
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw new FileError(`${file} cannot be read (${(cause as NodeJS.ErrnoException).code})`, { cause });
  }
  return { ...parseEnv(text), ...processEnv };
}
