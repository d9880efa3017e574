// How every command is declared: a summary, an example, and the options that all have.

import type { Command } from "commander";
import { wholeNumber } from "./option-values.ts";

export interface CommandText {
  summary: string;
  /** More than the summary says; optional. */
  details?: string;
  /** Without the program's name. */
  examples: readonly [string, ...string[]];
  /** By their names: `<one>`, `[one that may be left out]`, `[several...]`; what to give. */
  arguments?: Readonly<Record<string, string>>;
  /** How many rows it prints unless `--limit` says how many, 500 at most. */
  rows?: number;
  /** It lists, or says how things stand, and can do so again and again. */
  watched?: true;
  /** It goes to the audit log: `--as` says who acts. */
  audited?: true;
}

/** One that names an account. */
export const accountArgument = {
  "<account>": "installation id, account id, an unambiguous beginning of the account id, or a whole name",
};

export function addCommand(parent: Command, name: string, text: CommandText): Command {
  const { summary, details, examples, rows, watched, audited } = text;
  const command = parent
    .command(name)
    .summary(summary)
    .description(`${summary}.`)
    .option("--json", "print JSON, errors too")
    .option("--env <path>", "read variables from this file instead of .env")
    // Not in the description: completion shows that, and takes each line for a command.
    .addHelpText("after", details === undefined ? "" : `\n${details}`)
    .addHelpText(
      "after",
      `\nExample${examples.length > 1 ? "s" : ""}:\n${examples.map((example) => `  $ fleetkeeper ${example}`).join("\n")}`,
    );
  for (const [argument, meaning] of Object.entries(text.arguments ?? {})) command.argument(argument, meaning);
  if (watched) addWatch(command);
  if (rows !== undefined) command.option("--limit <number>", "at most this many", wholeNumber(1, 500), rows);
  if (audited)
    command.option("--as <name>", "your name, for the audit log (default: the user of this machine)");
  return command;
}

function addWatch(command: Command): void {
  command
    .option("--watch", "repeat it until Ctrl+C")
    .option(
      "--interval <seconds>",
      "with --watch: seconds between two outputs (default: 2)",
      wholeNumber(1, 3_600),
    );
}

/** A command that only holds others. */
export function addGroup(parent: Command, name: string, summary: string): Command {
  return parent
    .command(name)
    .summary(summary)
    .description(`${summary}.`)
    .addHelpText("after", `\nExample:\n  $ fleetkeeper ${name} --help`);
}
