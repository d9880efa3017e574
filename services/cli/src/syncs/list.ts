// `syncs list`: syncs over all accounts, or of one, and what they wait for.

import type { SyncId, Waiting } from "@fleetkeeper/model";
import { failingReasons, syncStanding, waitingReasons } from "@fleetkeeper/operator";
import type { SyncDocument, SyncListQuery } from "@fleetkeeper/store";
import { type Command, Option } from "commander";
import { standingCells, standingColumns } from "../accounts/account-in-words.ts";
import { addCommand } from "../add-command.ts";
import { findAccount } from "../find-account.ts";
import { invoke } from "../invoke.ts";
import type { Paint } from "../output/style.ts";
import { table } from "../output/table.ts";

interface Options {
  account?: string;
  sync?: string;
  waitingFor?: Waiting["for"];
  failing?: boolean;
  limit: number;
  after?: SyncId;
  all?: boolean;
}

export function addSyncsList(syncs: Command): void {
  addCommand(syncs, "list", {
    rows: 50,
    watched: true,
    summary: "List syncs: what each waits for, and until when",
    examples: [
      "syncs list --failing",
      "syncs list --account 6b5cb246 --json",
      "syncs list --waiting-for running",
    ],
  })
    .option("--account <account>", "only of this account")
    .option("--sync <name>", "only of this name")
    .addOption(new Option("--waiting-for <reason>", "only those that wait for this").choices(waitingReasons))
    .option("--failing", "only those that need an operator")
    .option("--after <id>", "the `next` of the previous page")
    .option("--all", "every page")
    .action(
      invoke<Options>(async ({ reach, output, now }, options) => {
        const store = await reach.store();
        const query = await queryOf(options, async (account) => (await findAccount(store, account))._id);
        const rows: SyncDocument[] = [];
        let after = options.after;
        const progress = options.all ? output.progress("syncs read") : undefined;
        do {
          const page = await store.syncs.list(after === undefined ? query : { ...query, after });
          rows.push(...page.rows);
          progress?.say(`${rows.length} syncs read`);
          after = page.next;
        } while (options.all && after !== undefined);
        progress?.end();
        const syncs = rows.map((row) => ({ ...row, why: syncStanding(row, now()) }));
        output.result({ syncs, next: after ?? null }, () => words(rows, output.paint, now()));
        if (rows.length === 0)
          output.remark(options.failing ? "None of these syncs fails." : "There is no such sync.");
        if (after !== undefined) output.remark(`There are more: add --all, or --after ${after}`);
      }),
    );
}

async function queryOf(
  options: Options,
  idOf: (account: string) => Promise<NonNullable<SyncListQuery["installationId"]>>,
): Promise<SyncListQuery> {
  const { account, sync, waitingFor, limit, all } = options;
  return {
    limit: all ? 500 : limit,
    ...(account === undefined ? {} : { installationId: await idOf(account) }),
    ...(sync === undefined ? {} : { sync }),
    ...(options.failing && { failing: failingReasons }),
    ...(waitingFor === undefined ? {} : { waitingFor: [waitingFor] }),
  };
}

function words(rows: readonly SyncDocument[], paint: Paint, now: Date): string {
  return table(
    ["installation", "sync", ...standingColumns],
    rows.map((row) => [
      row.installationId,
      row.sync,
      ...standingCells(syncStanding(row, now), row.lastSuccessAt, paint, now),
    ]),
    paint,
  );
}
