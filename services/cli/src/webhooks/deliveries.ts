// `webhooks deliveries|show|replay`: what arrived, which syncs it started, and starting them again.

import { syncIdOf, type WebhookOutcome } from "@fleetkeeper/model";
import { count, instant, outcomesInWords, webhookReaderOf } from "@fleetkeeper/operator";
import type { DeliveryQuery, DeliveryRow, Store } from "@fleetkeeper/store";
import { type Command, InvalidArgumentError, Option } from "commander";
import { addCommand } from "../add-command.ts";
import { NothingFoundError, UsageError } from "../errors.ts";
import { findAccount } from "../find-account.ts";
import { type Invocation, invoke } from "../invoke.ts";
import type { Paint } from "../output/style.ts";
import { fields, table } from "../output/table.ts";
import { openWebhooks } from "./open-webhooks.ts";

interface Filters {
  account?: string;
  endpoint?: string;
  type?: string;
  outcome?: WebhookOutcome;
  from?: Date;
  to?: Date;
}

const outcomes = Object.keys(outcomesInWords) as WebhookOutcome[];

export function addWebhookDeliveries(webhooks: Command): void {
  withFilters(
    addCommand(webhooks, "deliveries", {
      rows: 50,
      watched: true,
      summary: "List deliveries, the newest first",
      examples: ["webhooks deliveries --account 6b5cb246", "webhooks deliveries --outcome no-sync --json"],
    }),
  )
    .option("--account <account>", "only of this account")
    .action(
      invoke<Filters & { limit: number }>(async (invocation, options) => {
        const { output } = invocation;
        const { store } = await openWebhooks(invocation);
        const { account, limit } = options;
        const installationId = account && (await findAccount(store, account))._id;
        const query = { ...queryOf(options), ...(installationId && { installationId }), limit };
        const { rows, next } = await store.webhookDeliveries.list(query);
        output.result({ deliveries: rows, more: next !== undefined }, () => words(rows, output.paint));
        if (rows.length === 0) output.remark("There is no such delivery.");
        if (next !== undefined) output.remark(`There are more: add --to ${next.receivedAt.toISOString()}`);
      }),
    );

  addCommand(webhooks, "show", {
    arguments: { "<delivery>": "its id, as `webhooks deliveries` shows it" },
    summary: "Show one delivery with its payload, and which syncs it started",
    examples: ["webhooks show @organization.appname.6b5cb246/0f3a…"],
  }).action(invoke<object, [string]>((invocation, _options, id) => show(invocation, id)));

  withFilters(
    addCommand(webhooks, "replay", {
      arguments: { "[delivery]": "its id" },
      audited: true,
      summary: "Have kept deliveries start their syncs again: one, or all of an account that match",
      examples: [
        "webhooks replay @organization.appname.6b5cb246/0f3a…",
        "webhooks replay --account 6b5cb246 --outcome held --from 2026-03-01",
      ],
    }),
  )
    .option("--account <account>", "all matching ones of this account")
    .action(invoke<Filters, [string | undefined]>(replay));
}

async function show(invocation: Invocation, id: string): Promise<void> {
  const { output } = invocation;
  const { store, openPayload } = await openWebhooks(invocation);
  const found = await store.webhookDeliveries.find(id);
  if (found === null)
    throw new NothingFoundError(`there is no delivery ${id}`, {
      advice: "See `fleetkeeper webhooks deliveries`.",
    });
  const { payload: sealed, ...delivery } = found;
  const payload = await openPayload(sealed, delivery.installationId);
  const readers = await readersInWords(store, delivery);
  output.result({ ...delivery, payload: payload ?? null }, () =>
    [
      fields(
        [
          ["delivery", delivery._id],
          ["message", delivery.messageId],
          ["endpoint", delivery.endpointId],
          ["type", delivery.type ?? "not said"],
          ["received", instant(delivery.receivedAt)],
          ["outcome", outcomesInWords[delivery.outcome].text],
          ["syncs", readers[0] ?? "-"],
          ...readers.slice(1).map((reader) => ["", reader] as const),
          ["payload", `${count(delivery.bytes)} bytes`],
        ],
        output.paint,
      ),
      payload ?? "The payload cannot be opened: WEBHOOK_KEY is not set here, or lacks its key.",
    ].join("\n"),
  );
}

async function readersInWords(
  store: Store,
  { _id, installationId, refreshed }: DeliveryRow,
): Promise<string[]> {
  return Promise.all(
    refreshed.map(async (one) => {
      const { text } = webhookReaderOf(
        one,
        _id,
        await store.syncs.withRuns(syncIdOf(installationId, one.sync)),
      );
      return `${one.sync} (${one.answer}): ${text}`;
    }),
  );
}

async function replay(invocation: Invocation, options: Filters, id: string | undefined): Promise<void> {
  const { output, who } = invocation;
  const { account } = options;
  if ((id === undefined) === (account === undefined))
    throw new UsageError("name a delivery, or an account by --account");
  const { store, actions } = await openWebhooks(invocation);
  let replayed = 1;
  if (id !== undefined) await actions.replay(who, id);
  else
    replayed = await actions.replayAll(who, (await findAccount(store, account ?? ""))._id, queryOf(options));
  output.result({ replayed }, () =>
    replayed === 0
      ? "There is no such delivery."
      : `${count(replayed)} put back: a worker starts their syncs`,
  );
}

function withFilters(command: Command): Command {
  return command
    .option("--endpoint <id>", "only to this endpoint")
    .option("--type <type>", "only of this type of event")
    .addOption(new Option("--outcome <outcome>", "only with this outcome").choices(outcomes))
    .option("--from <time>", "received at this time or later", timeOf)
    .option("--to <time>", "received before this time", timeOf);
}

function timeOf(text: string): Date {
  const at = new Date(text);
  if (Number.isNaN(at.getTime()))
    throw new InvalidArgumentError("It is not a time such as 2026-03-01T12:00:00Z.");
  return at;
}

function queryOf({ endpoint, type, outcome, from, to }: Filters): Omit<DeliveryQuery, "limit"> {
  return {
    ...(endpoint && { endpointId: endpoint }),
    ...(type && { type }),
    ...(outcome && { outcome }),
    ...(from && { from }),
    ...(to && { to }),
  };
}

function words(rows: readonly DeliveryRow[], paint: Paint): string {
  return table(
    ["received", "delivery", "type", "outcome", "syncs"],
    rows.map(({ _id, receivedAt, type, outcome, refreshed }) => [
      instant(receivedAt),
      _id,
      type ?? "-",
      paint(outcomesInWords[outcome].mood, outcome),
      refreshed.map(({ sync }) => sync).join(" ") || "-",
    ]),
    paint,
  );
}
