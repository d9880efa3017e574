// `notify deliveries|test|replay`: what receivers answered, and telling them again.

import { attemptInWords, counted, instant as instantInWords } from "@fleetkeeper/operator";
import type { AttemptDocument } from "@fleetkeeper/store";
import { type Command, Option } from "commander";
import { addCommand } from "../add-command.ts";
import { UsageError } from "../errors.ts";
import { invoke } from "../invoke.ts";
import { instant } from "../option-values.ts";
import type { Paint } from "../output/style.ts";
import { table } from "../output/table.ts";
import { openReceivers, receiverArgument } from "./open-receivers.ts";

interface Filters {
  event?: string;
  outcome?: AttemptDocument["outcome"];
  after?: string;
  limit: number;
}

export function addNotifyDeliveries(notify: Command): void {
  addCommand(notify, "deliveries", {
    rows: 50,
    arguments: receiverArgument,
    watched: true,
    summary: "List deliveries to a receiver, the newest first",
    examples: ["notify deliveries rcv_3f0c…", "notify deliveries rcv_3f0c… --outcome failed --json"],
  })
    .option("--event <id>", "only of this event")
    .addOption(new Option("--outcome <outcome>", "only these").choices(["delivered", "failed", "given-up"]))
    .option("--after <cursor>", "continue after a page")
    .action(
      invoke<Filters, [string]>(async (invocation, { event, outcome, after, limit }, receiverId) => {
        const { output, now } = invocation;
        const { rows, next } = await (await openReceivers(invocation)).deliveries({
          receiverId,
          limit,
          ...(event === undefined ? {} : { eventId: event }),
          ...(outcome === undefined ? {} : { outcome }),
          ...(after === undefined ? {} : { after }),
        });
        output.result({ deliveries: rows, next: next ?? null }, () => words(rows, output.paint, now()));
        if (rows.length === 0) output.remark("Nothing was sent yet.");
        if (next !== undefined) output.remark(`There are more: add --after ${next}`);
      }),
    );

  addCommand(notify, "test", {
    arguments: receiverArgument,
    audited: true,
    summary: "Send a receiver an event of the type test",
    examples: ["notify test rcv_3f0c…"],
  }).action(
    invoke<object, [string]>(async (invocation, _options, id) => {
      const { eventId } = await (await openReceivers(invocation)).test(invocation.who, id);
      invocation.output.result({ receiver: id, eventId }, () => eventId);
      invocation.output.remark(`See its answer: \`fleetkeeper notify deliveries ${id} --event ${eventId}\`.`);
    }),
  );

  addCommand(notify, "replay", {
    arguments: receiverArgument,
    audited: true,
    summary: "Send a receiver one event again, or all since a time",
    examples: [
      "notify replay rcv_3f0c… --event evt_9a1d…",
      "notify replay rcv_3f0c… --since 2026-01-31T12:00:00Z",
    ],
  })
    .option("--event <id>", "this one, before events that wait")
    .option("--since <time>", "all from this time on, in order", instant)
    .action(
      invoke<{ event?: string; since?: Date }, [string]>(async (invocation, { event, since }, id) => {
        if ((event === undefined) === (since === undefined))
          throw new UsageError("name one of --event and --since");
        const actions = await openReceivers(invocation);
        const { output, who } = invocation;
        if (since === undefined) {
          await actions.replay(who, id, event ?? "");
          output.result({ receiver: id, event, who }, () => `${event} is sent again`);
          return;
        }
        const accounts = await actions.replaySince(who, id, since);
        output.result(
          { receiver: id, since, accounts, who },
          () => `everything since ${instantInWords(since)} is sent again, of ${counted(accounts, "account")}`,
        );
      }),
    );
}

function words(rows: readonly AttemptDocument[], paint: Paint, now: Date): string {
  return table(
    ["at", "event", "type", "account", "try", "answer"],
    rows.map((row) => {
      const { mood, text } = attemptInWords(row, now);
      const said = row.answer === "" ? text : `${text}: ${row.answer.slice(0, 80)}`;
      return [
        instantInWords(row.at),
        row.eventId,
        row.type,
        row.installationId,
        String(row.attempt),
        paint(mood, said),
      ];
    }),
    paint,
  );
}
