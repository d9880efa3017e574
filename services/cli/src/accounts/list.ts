// `accounts list`: who installed us, and how they are.

import { type InstallationState, installationStates } from "@fleetkeeper/model";
import {
  type Description,
  describeWaiting,
  fromNow,
  nameOfAccount,
  stateMoods,
  tokenStanding,
} from "@fleetkeeper/operator";
import type { InstallationRow, ListQuery, Store } from "@fleetkeeper/store";
import { type Command, Option } from "commander";
import { addCommand } from "../add-command.ts";
import { invoke } from "../invoke.ts";
import type { Paint } from "../output/style.ts";
import { table } from "../output/table.ts";

interface Options {
  search?: string;
  state?: InstallationState;
  sort: ListQuery["sort"];
  limit: number;
  after?: string;
  all?: boolean;
}

type Row = InstallationRow & { syncs: { all: number; failing: number } };

export function addAccountsList(accounts: Command): void {
  addCommand(accounts, "list", {
    rows: 50,
    arguments: { "[search]": "the same as --search" },
    watched: true,
    summary: "List accounts",
    examples: ["accounts list --state revoked", "accounts list --search cranes", "accounts list 6b5c --json"],
  })
    .option(
      "--search <text>",
      "any part of an id, a name or a fingerprint; or the beginning of an app, with its @",
    )
    .addOption(new Option("--state <state>", "only these").choices(installationStates))
    .addOption(
      new Option("--sort <order>", "by id, or the newest install first")
        .choices(["id", "newest"])
        .default("id"),
    )
    .option("--after <cursor>", "the `next` of the previous page")
    .option("--all", "every page")
    .action(
      invoke<Options, [string | undefined]>(async ({ reach, output, now }, options, given) => {
        const store = await reach.store();
        const { state, sort, limit, all, search = given } = options;
        const query: ListQuery = {
          sort,
          limit: all ? 500 : limit,
          ...(search === undefined ? {} : { search }),
          ...(state === undefined ? {} : { state }),
        };
        const rows: Row[] = [];
        let after = options.after;
        const progress = all ? output.progress("accounts read", await count(store)) : undefined;
        do {
          const page = await store.installations.list(after === undefined ? query : { ...query, after });
          rows.push(...(await withSyncs(store, page.rows)));
          progress?.advance(page.rows.length);
          after = page.next;
        } while (all && after !== undefined);
        progress?.end();
        output.result({ accounts: rows, next: after ?? null }, () => words(rows, output.paint, now()));
        if (rows.length === 0) output.remark("There is no such account.");
        if (after !== undefined) output.remark(`There are more: add --all, or --after ${after}`);
      }),
    );
}

async function count(store: Store): Promise<number> {
  const counts = await store.installations.countByState();
  return Object.values(counts).reduce((sum, number) => sum + number, 0);
}

async function withSyncs(store: Store, rows: readonly InstallationRow[]): Promise<Row[]> {
  const result: Row[] = [];
  for (let start = 0; start < rows.length; start += 20) {
    const batch = rows.slice(start, start + 20).map(async (row) => {
      const syncs = await store.syncs.ofInstallation(row._id);
      const failing = syncs.filter(({ waiting }) => describeWaiting(waiting).mood === "bad").length;
      return { ...row, syncs: { all: syncs.length, failing } };
    });
    result.push(...(await Promise.all(batch)));
  }
  return result;
}

function words(rows: readonly Row[], paint: Paint, now: Date): string {
  const isNamed = rows.some((row) => nameOfAccount(row) !== undefined);
  return table(
    ["account", ...(isNamed ? ["name"] : []), "app", "state", "token", "syncs", "installed"],
    rows.map((row) => [
      row.accountId,
      ...(isNamed ? [shortName(nameOfAccount(row))] : []),
      row.irisAppId,
      paint(stateMoods[row.state], row.state),
      tokenCell(tokenStanding(row, now), paint, now),
      row.syncs.failing > 0
        ? paint("bad", `${row.syncs.failing} of ${row.syncs.all} failing`)
        : `${row.syncs.all}`,
      fromNow(row.installedAt, now),
    ]),
    paint,
    undefined,
    ["app", "installed"],
  );
}

/** Long names make a table too wide for everything. */
function shortName(name = "-"): string {
  return name.length <= 24 ? name : `${name.slice(0, 23)}…`;
}

function tokenCell({ mood, label, until }: Description, paint: Paint, now: Date): string {
  return until === null ? paint(mood, label) : `${paint(mood, label)} ${fromNow(until, now)}`;
}
