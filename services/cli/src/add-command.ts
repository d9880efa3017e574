// How every command is declared: a summary, an example, and the options that all have.

import type { Command } from "commander";
import { wholeNumber } from "./option-values.ts";

export interface CommandText {
  summary: string;
  /** More than the summary says; optional. */
  details?: string;
  /** Without the program's name. */
  examples: readonly [string, ...string[]];
  /** It lists, or says how things stand, and can do so again and again. */
  watched?: true;
}

/** For arguments that name an account. */
export const accountArgument = {
  name: "<account>",
  text: "installation id, account id, an unambiguous beginning of the account id, or a whole name",
};

export function addCommand(parent: Command, name: string, text: CommandText): Command {
  const { summary, details, examples, watched } = text;
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
  return watched ? withWatch(command) : command;
}

function withWatch(command: Command): Command {
  return command
    .option("--watch", "say it again and again, until Ctrl+C")
    .option(
      "--interval <seconds>",
      "with --watch: from one time to the next (default: 2)",
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

/** Of commands that go to the audit log. */
export function withName(command: Command): Command {
  return command.option("--as <name>", "who acts, for the audit log (default: the user of this machine)");
}
