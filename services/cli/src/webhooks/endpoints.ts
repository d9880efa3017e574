// `webhooks add|list|rotate|pause|resume|remove`: endpoints for Trackunit's webhooks.

import { endpointStanding, endpointSteps, instant, type WebhookActions } from "@fleetkeeper/operator";
import type { WebhookEndpointDocument } from "@fleetkeeper/store";
import type { Command } from "commander";
import { accountArgument, addCommand } from "../add-command.ts";
import { UsageError } from "../errors.ts";
import { findAccount } from "../find-account.ts";
import { type Invocation, invoke } from "../invoke.ts";
import { wholeNumber } from "../option-values.ts";
import { confirm } from "../output/confirm.ts";
import type { Paint } from "../output/style.ts";
import { table } from "../output/table.ts";
import { fromNowOrNone } from "../output/time-cell.ts";
import { endpointUrl, openWebhooks } from "./open-webhooks.ts";
import { readKey } from "./read-key.ts";

interface AddOptions {
  keyFile?: string;
  events?: string[];
}

interface RotateOptions {
  keyFile?: string;
  keepOld: number;
}

const keyHelp = "a file with the signing key (whsec_…); default: standard input";
const endpointArgument = { "<endpoint>": "the endpoint's id, as `webhooks list` shows it" };

export function addWebhookEndpoints(webhooks: Command): void {
  addCommand(webhooks, "add", {
    arguments: accountArgument,
    audited: true,
    summary: "Make an endpoint for an account's webhooks, and print the steps in Trackunit Manager",
    details:
      "Trackunit Manager shows the signing key once it has the URL: enter that first, then give the key here or by `webhooks rotate`.",
    examples: ["webhooks add 6b5cb246", "webhooks add 6b5cb246 --key-file key --events alerts.asset.on"],
  })
    .option("--key-file <path>", keyHelp)
    .option("--events <types...>", "types that a delivery without a type counts as")
    .action(invoke<AddOptions, [string]>(add));

  addCommand(webhooks, "list", {
    rows: 100,
    watched: true,
    summary: "List endpoints, and the state of each",
    examples: ["webhooks list", "webhooks list --account 6b5cb246 --json"],
  })
    .option("--account <account>", "only of this account")
    .action(invoke<{ account?: string; limit: number }>(list));

  addCommand(webhooks, "rotate", {
    arguments: endpointArgument,
    audited: true,
    summary: "Give an endpoint its signing key: the first one, or a new one beside the old one",
    details: "Both keys are valid until the old one ends, so that no delivery is refused in between.",
    examples: ["webhooks rotate 3vW8… --key-file key", "webhooks rotate 3vW8… --keep-old 48 < key"],
  })
    .option("--key-file <path>", keyHelp)
    .option("--keep-old <hours>", "how long the old key stays valid", wholeNumber(0, 336), 24)
    .action(
      invoke<RotateOptions, [string]>(async (invocation, { keyFile, keepOld }, endpointId) => {
        const { output, who, signal } = invocation;
        const { actions } = await openWebhooks(invocation);
        const key = await readKey(keyFile, { question: "The signing key (whsec_…): ", signal });
        if (key === undefined) throw new UsageError("give the key by --key-file or on standard input");
        await actions.setKey(who, endpointId, key, keepOld * 3_600_000);
        output.result(
          { endpoint: endpointId, action: "rotate", who },
          () => `${endpointId}: has its new key`,
        );
      }),
    );

  addStateCommand(webhooks, "pause", {
    summary: "Keep an endpoint's deliveries, but let them start no sync",
    done: "paused; deliveries are kept and can be replayed",
    act: (actions, who, id) => actions.pause(who, id),
  });
  addStateCommand(webhooks, "resume", {
    summary: "Let an endpoint's deliveries start syncs again",
    done: "resumed",
    act: (actions, who, id) => actions.resume(who, id),
  });

  addCommand(webhooks, "remove", {
    arguments: endpointArgument,
    audited: true,
    summary: "Remove an endpoint: deliveries to it are refused, for good",
    examples: ["webhooks remove 3vW8… --yes"],
  })
    .option("--yes", "do not ask")
    .action(
      invoke<{ yes?: boolean }, [string]>(async (invocation, { yes }, endpointId) => {
        const { actions } = await openWebhooks(invocation);
        if (!yes)
          await confirm("Trackunit's deliveries to it will be refused.", endpointId, invocation.signal);
        await actions.remove(invocation.who, endpointId);
        invocation.output.result(
          { endpoint: endpointId, action: "remove", who: invocation.who },
          () => `${endpointId}: removed; remove it in Trackunit Manager too`,
        );
      }),
    );
}

async function add(
  invocation: Invocation,
  { keyFile, events = [] }: AddOptions,
  name: string,
): Promise<void> {
  const { env, output, who } = invocation;
  const { store, actions } = await openWebhooks(invocation);
  const account = await findAccount(store, name);
  // Without a file the URL comes first: there is no key before Trackunit Manager has it.
  const key =
    keyFile === undefined ? undefined : await readKey(keyFile, { question: "", signal: invocation.signal });
  const { endpointId } = await actions.add(who, account._id, { key, events });
  const url = endpointUrl(env, endpointId);
  output.result(
    { installationId: account._id, endpoint: endpointId, url, hasKey: key !== undefined, who },
    () =>
      [
        `Endpoint ${endpointId} of ${account._id} is made.`,
        ...endpointSteps({
          hasKey: key !== undefined,
          giveKey: `fleetkeeper webhooks rotate ${endpointId}`,
        }).map((step, index) => `  ${index + 1}. ${step}${index === 0 ? `\n       ${url}` : ""}`),
      ].join("\n"),
  );
}

async function list(
  invocation: Invocation,
  { account, limit }: { account?: string; limit: number },
): Promise<void> {
  const { env, output, now } = invocation;
  const { store } = await openWebhooks(invocation);
  const endpoints =
    account === undefined
      ? await store.webhookEndpoints.list(limit)
      : await store.webhookEndpoints.ofInstallation((await findAccount(store, account))._id);
  const rows = endpoints.map((endpoint) => ({
    ...withoutKeys(endpoint),
    url: endpointUrl(env, endpoint.endpointId),
    standing: endpointStanding(endpoint, now()),
  }));
  output.result({ endpoints: rows }, () => words(endpoints, output.paint, now()));
  if (rows.length === 0)
    output.remark("There is no endpoint. Make one: `fleetkeeper webhooks add <account>`.");
}

function withoutKeys({ keys, publishAt: _, ...endpoint }: WebhookEndpointDocument) {
  return { ...endpoint, keys: keys.map(({ addedAt, until }) => ({ addedAt, until })) };
}

function words(endpoints: readonly WebhookEndpointDocument[], paint: Paint, now: Date): string {
  return table(
    ["endpoint", "account", "state", "last delivery", "its state"],
    endpoints.map((endpoint) => {
      const { label, text, mood } = endpointStanding(endpoint, now);
      const old = endpoint.keys[1]?.until;
      const keys = old && old > now ? `; the old key ends ${instant(old)}` : "";
      return [
        endpoint.endpointId,
        endpoint.installationId,
        paint(mood, label),
        fromNowOrNone(endpoint.lastDeliveryAt, now),
        `${text}${keys}`,
      ];
    }),
    paint,
  );
}

function addStateCommand(
  webhooks: Command,
  name: string,
  how: {
    summary: string;
    done: string;
    act: (actions: WebhookActions, who: string, endpointId: string) => Promise<void>;
  },
): void {
  addCommand(webhooks, name, {
    arguments: endpointArgument,
    audited: true,
    summary: how.summary,
    examples: [`webhooks ${name} 3vW8…`],
  }).action(
    invoke<object, [string]>(async (invocation, _options, endpointId) => {
      const { actions } = await openWebhooks(invocation);
      await how.act(actions, invocation.who, endpointId);
      invocation.output.result(
        { endpoint: endpointId, action: name, who: invocation.who },
        () => `${endpointId}: ${how.done}`,
      );
    }),
  );
}
