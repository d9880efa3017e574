// `audit`: the audit log as lines of JSON, to be kept elsewhere and searched.

import type { Command } from "commander";
import { addCommand } from "../add-command.ts";
import { invoke } from "../invoke.ts";
import { instant } from "../option-values.ts";

interface Options {
  since?: Date;
  until?: Date;
}

export function addAudit(program: Command): void {
  addCommand(program, "audit", {
    summary: "Print the audit log, one JSON object per line, the oldest first",
    details: "Operators' actions on accounts, queues and keys, and logins to the board. Kept for two years.",
    examples: ["audit --since 2026-01-01T00:00:00Z > audit.ndjson"],
  })
    .option("--since <time>", "from this time on", instant)
    .option("--until <time>", "before this time", instant)
    .action(
      invoke<Options>(async ({ reach, output, signal }, { since, until }) => {
        const { audit } = await reach.store();
        let count = 0;
        for await (const { _id, ...entry } of audit.all({ since, until })) {
          signal.throwIfAborted();
          output.line({ id: _id, ...entry });
          count++;
        }
        if (count === 0) output.remark("There is no entry of that time.");
      }),
    );
}
