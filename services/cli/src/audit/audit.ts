// `audit`: the audit log, and the log of events beside it, as lines of JSON or CSV, to be kept elsewhere and
// searched.

import { asInstallationId } from "@fleetkeeper/model";
import { logFile, recordFormats } from "@fleetkeeper/operator";
import { type LogOutcome, logOutcomes } from "@fleetkeeper/store";
import { type Command, Option } from "commander";
import { addCommand } from "../add-command.ts";
import { findAccount } from "../find-account.ts";
import { invoke } from "../invoke.ts";
import { instant } from "../option-values.ts";

interface Options {
  since?: Date;
  until?: Date;
  account?: string;
  who?: string;
  action?: string;
  outcome?: LogOutcome;
  events?: boolean;
  format: (typeof recordFormats)[number];
}

export function addAudit(program: Command): void {
  addCommand(program, "audit", {
    summary: "Print the audit log, one JSON object per line, the oldest first",
    details:
      "Operators' actions on accounts, queues and keys, and logins to the board. Kept for two years; events for two weeks.",
    examples: [
      "audit --since 2026-01-01T00:00:00Z > audit.ndjson",
      "audit --who cli:jo --action pause",
      "audit --outcome refused --format csv > refused.csv",
    ],
  })
    .option("--since <time>", "from this time on", instant)
    .option("--until <time>", "before this time", instant)
    .option("--account <account>", "only about this account")
    .option("--who <name>", "only by this user, such as olive, cli:jo or worker")
    .option("--action <text>", "only actions that begin with this, such as pause")
    .addOption(new Option("--outcome <outcome>", "only with this outcome").choices(logOutcomes))
    .option("--events", "the log of events too, if there are receivers")
    .addOption(
      new Option("--format <format>", "lines of JSON, or CSV").choices(recordFormats).default("ndjson"),
    )
    .action(
      invoke<Options>(async ({ reach, output, signal }, { account, events, format, ...filter }) => {
        const store = await reach.store();
        const installationId = account === undefined ? undefined : await idOf(account);
        const query = { ...filter, installationId, ...(events ? {} : { kind: "audit" as const }) };
        const wanted = { ...query, first: "oldest" as const };
        let isEmpty = true;
        if (format === "csv")
          for await (const text of logFile(store.actionLog, wanted, format)) {
            signal.throwIfAborted();
            output.text(text);
            isEmpty = false;
          }
        else
          for await (const entries of store.actionLog.all(wanted)) {
            signal.throwIfAborted();
            for (const entry of entries) output.line(entry);
            isEmpty = false;
          }
        if (isEmpty) output.remark("There is no such entry.");

        /** Of an account that was forgotten, its installation id. */
        async function idOf(name: string) {
          return name.startsWith("@") ? asInstallationId(name) : (await findAccount(store, name))._id;
        }
      }),
    );
}
