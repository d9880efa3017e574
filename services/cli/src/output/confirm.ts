// Asks before something that cannot be undone, or is about many accounts.

import { createInterface } from "node:readline/promises";
import { NotConfirmedError } from "../errors.ts";
import { printable } from "./printable.ts";

/**
 * Resolves when the user typed `expected`; without a terminal `--yes` is the only way.
 * @throws NotConfirmedError
 */
export async function confirm(question: string, expected: string, signal: AbortSignal): Promise<void> {
  if (!process.stdin.isTTY || !process.stderr.isTTY)
    throw new NotConfirmedError("this needs a confirmation, and there is no terminal to ask on", {
      advice: "Add --yes to continue without a question.",
    });
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const asked = printable(`${question}
Type ${expected} to continue: `);
    const answer = await terminal.question(asked, { signal });
    if (answer.trim() !== expected) throw new NotConfirmedError("not confirmed: nothing was done");
  } finally {
    terminal.close();
  }
}
