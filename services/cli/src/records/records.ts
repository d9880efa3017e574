// `records count|list|show`: what the syncs have written of an account.

import { count, countRecords, fromNow, instant, recordFile } from "@fleetkeeper/operator";
import type { RecordQuery, RecordRow, Store } from "@fleetkeeper/store";
import { type Command, Option } from "commander";
import { accountArgument, addCommand } from "../add-command.ts";
import { NothingFoundError } from "../errors.ts";
import { findAccount } from "../find-account.ts";
import { type Invocation, invoke } from "../invoke.ts";
import type { Paint } from "../output/style.ts";
import { fields, table } from "../output/table.ts";

interface ListOptions {
  search?: string;
  deleted?: "include" | "only";
  limit: number;
  after?: string;
  file?: "ndjson" | "csv";
}

export function addRecords(records: Command): void {
  addCommand(records, "count", {
    arguments: accountArgument,
    watched: true,
    summary: "Count an account's records, by sync",
    examples: ["records count 6b5cb246"],
  }).action(
    invoke<object, [string]>(async ({ reach, output }, _options, account) => {
      const store = await reach.store();
      const { _id } = await findAccount(store, account);
      const counts = await countRecords(store, _id, await store.syncs.ofInstallation(_id));
      const shown = counts.map(({ text: _, ...rest }) => rest);
      output.result({ counts: shown }, () =>
        table(
          ["sync", "resource", "records"],
          counts.map(({ sync, resource, text }) => [sync, resource, text]),
          output.paint,
        ),
      );
      if (counts.length === 0) output.remark("No sync of this account has run yet.");
    }),
  );
  addCommand(records, "list", {
    rows: 25,
    arguments: { ...accountArgument, "<resource>": "such as assets; see `records count`" },
    summary: "List an account's records, or write all of them as a file",
    details: "A page looks at 10 000 records at most: it may be short while there are more.",
    examples: [
      "records list 6b5cb246 assets --search excavator",
      "records list 6b5cb246 assets --file csv > assets.csv",
    ],
  })
    .option("--search <text>", "only those with this text in their id or name")
    .addOption(
      new Option("--deleted <which>", "deleted ones too, or only those").choices(["include", "only"]),
    )
    .option("--after <cursor>", "the `next` of the previous page")
    .addOption(
      new Option("--file <format>", "all matching records, to standard output").choices(["ndjson", "csv"]),
    )
    .action(invoke<ListOptions, [string, string]>(list));
  addCommand(records, "show", {
    arguments: { ...accountArgument, "<resource>": "such as assets", "<id>": "the record's id, in full" },
    summary: "Show one record: what it holds, and its last changes",
    examples: ["records show 6b5cb246 assets 01234567-89ab-4def-8123-456789abcdef"],
  }).action(invoke<object, [string, string, string]>(show));
}

async function list(
  { reach, output, now }: Invocation,
  options: ListOptions,
  account: string,
  resource: string,
) {
  const store = await reach.store();
  const { _id } = await subjectOf(store, account, resource);
  const { search, deleted, limit, after, file } = options;
  const query: Omit<RecordQuery, "limit"> = {
    resource,
    whose: { installationId: _id },
    ...(search && { search }),
    ...(deleted && { deleted }),
  };
  if (file !== undefined) {
    for await (const text of recordFile(store.records, query, file)) output.text(text);
    return;
  }
  const { rows, next } = await store.records.page({ ...query, limit, ...(after && { after }) });
  const shown = rows.map(({ installationId: _, ...row }) => row);
  output.result({ records: shown, next: next ?? null }, () => words(rows, output.paint, now()));
  if (rows.length === 0) output.remark(next === undefined ? "There is no such record." : "None so far.");
  if (next !== undefined) output.remark(`There are more: add --after ${next}`);
}

async function show(
  { reach, output }: Invocation,
  _options: object,
  account: string,
  resource: string,
  id: string,
) {
  const store = await reach.store();
  const { _id, syncId } = await subjectOf(store, account, resource);
  const record = await store.records.find(resource, _id, id);
  if (record === null) throw new NothingFoundError(`there is no record ${id} of ${resource}`);
  const history = await store.feed.historyOf(syncId, id, 50);
  output.result({ ...record, history }, () =>
    [
      fields(
        [
          ["record", record.externalId],
          ["first seen", instant(record.firstSeenAt)],
          ["changed", instant(record.updatedAt)],
          ...(record.deletedAt === null ? [] : [["deleted", instant(record.deletedAt)] as const]),
        ],
        output.paint,
      ),
      JSON.stringify(record.data, null, 2),
      table(
        ["history", "at", "fields"],
        history.map(({ at, change }) => [change.kind, instant(at), change.fields.join(" ")]),
        output.paint,
      ),
    ].join("\n\n"),
  );
}

async function subjectOf(store: Store, account: string, resource: string) {
  const { _id } = await findAccount(store, account);
  const sync = (await store.syncs.ofInstallation(_id)).find((one) => one.resource === resource);
  if (sync === undefined)
    throw new NothingFoundError(`no sync of this account has written ${resource}`, {
      advice: `See \`fleetkeeper records count ${account}\`.`,
    });
  return { _id, syncId: sync._id };
}

function words(rows: readonly RecordRow[], paint: Paint, now: Date): string {
  return table(
    ["id", "name", "changed", "first seen", "bytes"],
    rows.map(({ externalId, data, updatedAt, firstSeenAt, deletedAt }) => [
      externalId,
      nameOf(data),
      `${fromNow(updatedAt, now)}${deletedAt === null ? "" : paint("wait", " deleted")}`,
      fromNow(firstSeenAt, now),
      count(JSON.stringify(data ?? null).length),
    ]),
    paint,
  );
}

function nameOf(data: unknown): string {
  const { name } = (data ?? {}) as { name?: unknown };
  return typeof name === "string" ? name.slice(0, 60) : "-";
}
