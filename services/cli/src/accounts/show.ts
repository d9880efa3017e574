// `accounts show`: everything that explains what an account does at this moment, and why.

import type { Command } from "commander";
import { accountArgument, addCommand } from "../add-command.ts";
import { findAccount } from "../find-account.ts";
import { invoke } from "../invoke.ts";
import { wholeNumber } from "../option-values.ts";
import { accountInWords } from "./account-in-words.ts";
import { readAccount } from "./read-account.ts";

interface Options {
  runs: number;
}

export function addAccountsShow(accounts: Command): void {
  addCommand(accounts, "show", {
    arguments: accountArgument,
    watched: true,
    summary: "Show one account: its token, and for each sync what it waits for and why",
    examples: ["accounts show 6b5cb246", "accounts show @organization.appname.6b5cb246-7945 --json"],
  })
    .option("--runs <number>", "ended runs of each sync", wholeNumber(0, 100), 3)
    .action(
      invoke<Options, [string]>(async ({ reach, output, now }, { runs }, account) => {
        const store = await reach.store();
        const { _id } = await findAccount(store, account);
        const details = await readAccount(store, _id, runs, now());
        output.result(details, () => accountInWords(details, output.paint, now()));
      }),
    );
}
