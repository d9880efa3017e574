// `notify add|list|change|rotate|enable|disable|remove`: who is notified of events.

import { type EventType, eventTypes } from "@fleetkeeper/model";
import { type ReceiverActions, receiverStanding } from "@fleetkeeper/operator";
import type { ReceiverRow } from "@fleetkeeper/store";
import { type Command, Option } from "commander";
import { addCommand } from "../add-command.ts";
import { invoke } from "../invoke.ts";
import { wholeNumber } from "../option-values.ts";
import { confirm } from "../output/confirm.ts";
import type { Paint } from "../output/style.ts";
import { table } from "../output/table.ts";
import { openReceivers, receiverArgument } from "./open-receivers.ts";

interface Fields {
  event?: EventType[];
  app?: string;
  description?: string;
}

const keepIt = "Keep the secret now: it is sealed for the workers, and is not shown again.";

export function addNotifyReceivers(notify: Command): void {
  withFields(
    addCommand(notify, "add", {
      arguments: { "<url>": "https://, at a public address unless NOTIFY_ADDRESSES says any" },
      audited: true,
      summary: "Make a receiver: an address of yours that is sent events; its secret is shown this once",
      examples: [
        "notify add https://your.host/fleetkeeper",
        "notify add https://your.host/installs --event account.installed account.forgotten",
      ],
    }),
  ).action(
    invoke<Fields, [string]>(async (invocation, options, url) => {
      const actions = await openReceivers(invocation);
      const { receiver, secret } = await actions.add(invocation.who, { url, ...fieldsOf(options) });
      const { output } = invocation;
      output.result({ receiver, secret }, () => `${receiver._id}\n${secret}`);
      output.remark(keepIt);
    }),
  );

  addCommand(notify, "list", {
    watched: true,
    summary: "List receivers, and the state of each",
    examples: ["notify list"],
  }).action(
    invoke(async (invocation) => {
      const { output, now } = invocation;
      const receivers = await (await openReceivers(invocation)).list();
      const rows = receivers.map((one) => ({ ...one, standing: receiverStanding(one, now()) }));
      output.result({ receivers: rows }, () => words(receivers, output.paint, now()));
      if (rows.length === 0) output.remark("There is no receiver. Make one: `fleetkeeper notify add <url>`.");
    }),
  );

  withFields(
    addCommand(notify, "change", {
      arguments: receiverArgument,
      audited: true,
      summary: "Change a receiver; options that are not given stay unchanged",
      examples: ["notify change rcv_3f0c… --event sync.failing"],
    }),
  )
    .option("--url <url>", "another address")
    .action(
      invoke<Fields & { url?: string }, [string]>(async (invocation, { url, ...options }, id) => {
        const actions = await openReceivers(invocation);
        const wanted = { ...fieldsOf(options), ...(url === undefined ? {} : { url }) };
        const receiver = await actions.update(invocation.who, id, wanted);
        invocation.output.result({ receiver }, () =>
          words([receiver], invocation.output.paint, invocation.now()),
        );
      }),
    );

  addCommand(notify, "rotate", {
    arguments: receiverArgument,
    audited: true,
    summary: "Make a new secret; the old one also signs for a time",
    examples: ["notify rotate rcv_3f0c… --keep-old 48"],
  })
    .option("--keep-old <hours>", "how long the old one also signs", wholeNumber(0, 336), 24)
    .action(
      invoke<{ keepOld: number }, [string]>(async (invocation, { keepOld }, id) => {
        const { secret } = await (await openReceivers(invocation)).rotate(
          invocation.who,
          id,
          keepOld * 3_600_000,
        );
        invocation.output.result({ receiver: id, secret }, () => secret);
        invocation.output.remark(keepIt);
      }),
    );

  addState(notify, "enable", "Send to a receiver again, beginning with what waited", (actions, who, id) =>
    actions.enable(who, id),
  );
  addState(notify, "disable", "Send a receiver nothing for now; events wait for it", (actions, who, id) =>
    actions.disable(who, id),
  );

  addCommand(notify, "remove", {
    arguments: receiverArgument,
    audited: true,
    summary: "Remove a receiver, with the events that wait for it",
    examples: ["notify remove rcv_3f0c…"],
  })
    .option("--yes", "do not ask")
    .action(
      invoke<{ yes?: boolean }, [string]>(async (invocation, { yes }, id) => {
        const actions = await openReceivers(invocation);
        const { url } = await actions.find(id);
        if (!yes) await confirm(`${id} (${url}) gets no more events.`, id, invocation.signal);
        await actions.remove(invocation.who, id);
        invocation.output.result(
          { receiver: id, action: "remove", who: invocation.who },
          () => `${id}: removed`,
        );
      }),
    );
}

function addState(
  notify: Command,
  name: string,
  summary: string,
  act: (actions: ReceiverActions, who: string, id: string) => Promise<ReceiverRow>,
): void {
  addCommand(notify, name, {
    arguments: receiverArgument,
    audited: true,
    summary,
    examples: [`notify ${name} rcv_3f0c…`],
  }).action(
    invoke<object, [string]>(async (invocation, _options, id) => {
      const { output, now, who } = invocation;
      const receiver = await act(await openReceivers(invocation), who, id);
      output.result({ receiver, who }, () => words([receiver], output.paint, now()));
    }),
  );
}

function withFields(command: Command): Command {
  return command
    .addOption(
      new Option("--event <types...>", "types of events that it gets (default: all)").choices([
        ...eventTypes,
      ]),
    )
    .option("--app <name>", "only of accounts of this app")
    .option("--description <text>", "for people");
}

function fieldsOf({ event, app, description }: Fields) {
  return {
    ...(event !== undefined && { events: event }),
    ...(app !== undefined && { irisAppId: app }),
    ...(description !== undefined && { description }),
  };
}

function words(receivers: readonly ReceiverRow[], paint: Paint, now: Date): string {
  return table(
    ["receiver", "url", "app", "events", "state", "its state"],
    receivers.map((one) => {
      const { mood, label, text } = receiverStanding(one, now);
      const events = one.events.length === eventTypes.length ? "all" : one.events.join(" ");
      return [one._id, one.url, one.irisAppId ?? "all", events, paint(mood, label), text];
    }),
    paint,
  );
}
