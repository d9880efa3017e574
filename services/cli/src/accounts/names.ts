// `accounts name` and `accounts note`: what operators call an account, and what they want to know of it.

import { createOperatorActions } from "@fleetkeeper/operator";
import type { Command } from "commander";
import { accountArgument, addCommand } from "../add-command.ts";
import { UsageError } from "../errors.ts";
import { findAccount } from "../find-account.ts";
import { invoke } from "../invoke.ts";

export function addAccountsNames(accounts: Command): void {
  addOne(accounts, "name", 'accounts name 6b5cb246 "Acme Cranes"', "used to find it, and shown with it");
  addOne(accounts, "note", 'accounts note 6b5cb246 "Calls on Mondays"', "shown with the account");
}

function addOne(accounts: Command, field: "name" | "note", example: string, use: string): void {
  addCommand(accounts, field, {
    arguments: { ...accountArgument, "[text]": `the ${field}` },
    audited: true,
    summary: `Give an account a ${field} of your own, or remove it`,
    details: `It is ${use}, and survives a new install.`,
    examples: [example, `accounts ${field} 6b5cb246 --remove`],
  })
    .option("--remove", `remove the ${field}`)
    .action(
      invoke<{ remove?: boolean }, [string, string | undefined]>(
        async ({ reach, output, who, now }, { remove = false }, account, text) => {
          if (remove === (text !== undefined)) throw new UsageError(`give a ${field}, or --remove`);
          const store = await reach.store();
          const { _id } = await findAccount(store, account);
          const actions = createOperatorActions({ store, queues: await reach.queues(), now });
          await actions.setNotes(who, _id, { [field]: text ?? null });
          output.result({ installationId: _id, [field]: text?.trim() || null }, () =>
            text === undefined ? `${_id} has no ${field} any more` : `${_id} has the ${field} ${text.trim()}`,
          );
        },
      ),
    );
}
