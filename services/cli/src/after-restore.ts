// `after-restore`: makes a MongoDB that was restored from a backup fit to be worked with again.

import type { AfterRestore } from "@fleetkeeper/store";
import type { Command } from "commander";
import { addCommand } from "./add-command.ts";
import { invoke } from "./invoke.ts";
import { confirm } from "./output/confirm.ts";

interface Options {
  yes?: boolean;
}

export function addAfterRestore(program: Command): void {
  addCommand(program, "after-restore", {
    audited: true,
    summary: "Make a MongoDB that was restored from a backup ready for work",
    details:
      "Run it once after each restore, while no worker runs. Every sync begins again, every reader of the change feed gets a gap, and every account's token is requested. It may be repeated.",
    examples: ["after-restore --yes"],
  })
    .option("--yes", "do not ask")
    .action(
      invoke<Options>(async ({ reach, output, signal, who, now }, { yes }) => {
        if (!yes)
          await confirm(
            "Every sync, and every reader of the change feed, reads its whole list again. Stop all workers first.",
            "restored",
            signal,
          );
        const store = await reach.store();
        await store.audit.add({ at: now(), who, action: "begin again after a restore", topic: "restores" });
        const progress = output.progress("accounts …");
        let done = 0;
        const result = await store
          .afterRestore(now(), (count) => {
            done += count;
            progress.say(`${done} accounts …`);
          })
          .finally(() => progress.end());
        output.result(result, () => words(result));
      }),
    );
}

function words({ installations, syncs, notInstalled, forgotten }: AfterRestore): string {
  return [
    `${installations} accounts and ${syncs} syncs begin again. Start the workers now.`,
    ...listed("must install the app again; their credentials are not in the backup", notInstalled),
    ...listed(
      "were forgotten after the backup and are back; `fleetkeeper accounts forget` each again",
      forgotten,
    ),
  ].join("\n");
}

function listed(what: string, ids: readonly string[]): string[] {
  return ids.length === 0 ? [] : [`${ids.length} ${what}:`, ...ids.map((id) => `  ${id}`)];
}
