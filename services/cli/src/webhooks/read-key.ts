// A signing key from a file, from standard input, or asked for on the terminal: never an argument, which
// everybody on the machine can see.

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { text } from "node:stream/consumers";
import { FileError } from "../errors.ts";

/** Undefined when there is neither a file nor input, or the answer is empty. @throws FileError */
export async function readKey(
  file: string | undefined,
  { question, signal }: { question: string; signal: AbortSignal },
): Promise<string | undefined> {
  if (file !== undefined) return readKeyFile(file);
  if (!process.stdin.isTTY) return (await text(process.stdin)).trim() || undefined;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await terminal.question(question, { signal })).trim() || undefined;
  } finally {
    terminal.close();
  }
}

function readKeyFile(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch (cause) {
    throw new FileError(`${path} cannot be read (${(cause as NodeJS.ErrnoException).code})`, { cause });
  }
}
