// The whole command line: every command, in the order of its help.

import { Command, Option } from "commander";
import { addAccountsActions } from "./accounts/actions.ts";
import { addAccountsBulk } from "./accounts/bulk.ts";
import { addAccountsList } from "./accounts/list.ts";
import { addAccountsNames } from "./accounts/names.ts";
import { addAccountsShow } from "./accounts/show.ts";
import { addAccountsTry } from "./accounts/try.ts";
import { addGroup } from "./add-command.ts";
import { addAfterRestore } from "./after-restore.ts";
import { addApiKeys } from "./api-keys/api-keys.ts";
import { addAudit } from "./audit/audit.ts";
import { addCallbackInbox } from "./callback/inbox.ts";
import { addCallbackReplay } from "./callback/replay.ts";
import { addCallbackVerify } from "./callback/verify.ts";
import { addCompletion } from "./completion.ts";
import { addDoctor } from "./doctor/doctor.ts";
import { exitCodeMeanings } from "./exit-codes.ts";
import { addExplain } from "./explain.ts";
import { addKeysGenerate } from "./keys/generate.ts";
import { addKeysList } from "./keys/list.ts";
import { addKeysRotate } from "./keys/rotate.ts";
import { addMigrate } from "./migrate.ts";
import { addMongodbRoles } from "./mongodb/roles.ts";
import { addNotifications } from "./notifications/notifications.ts";
import { addNotifyDeliveries } from "./notify/deliveries.ts";
import { addNotifyReceivers } from "./notify/receivers.ts";
import { addFailed } from "./queues/failed.ts";
import { addQueues } from "./queues/queues.ts";
import { addRecords } from "./records/records.ts";
import { addSyncsList } from "./syncs/list.ts";
import { addWebhookDeliveries } from "./webhooks/deliveries.ts";
import { addWebhookEndpoints } from "./webhooks/endpoints.ts";

/** Throws Commander's `CommanderError` instead of ending the process, and leaves saying why to the caller. */
export function createProgram(version: string): Command {
  const program = new Command("fleetkeeper")
    .description("Administers Fleetkeeper: its accounts, syncs, queues and sealing keys.")
    .version(version, "--version", "print the version")
    .addOption(new Option("--json", "print JSON, errors too").hideHelp())
    .addOption(new Option("--env <path>", "read variables from this file instead of .env").hideHelp())
    .configureHelp({ sortSubcommands: false, showGlobalOptions: false })
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .addHelpText("after", `\nExample:\n  $ fleetkeeper doctor\n\nExit codes:\n${exitCodeLines()}`);

  const accounts = addGroup(program, "accounts", "Accounts that installed the app");
  addAccountsList(accounts);
  addAccountsShow(accounts);
  addAccountsNames(accounts);
  addAccountsTry(accounts);
  addAccountsActions(accounts);
  addAccountsBulk(accounts);

  addSyncsList(addGroup(program, "syncs", "Syncs of all accounts"));
  addRecords(addGroup(program, "records", "Records that the syncs stored"));
  addQueues(program);
  addFailed(addGroup(program, "failed", "Failed jobs"));

  addApiKeys(addGroup(program, "api-keys", "API keys of your own back end"));

  const keys = addGroup(program, "keys", "Sealing keys");
  addKeysGenerate(keys);
  addKeysList(keys);
  addKeysRotate(keys);

  const webhooks = addGroup(program, "webhooks", "Trackunit's webhooks: endpoints and deliveries");
  addWebhookEndpoints(webhooks);
  addWebhookDeliveries(webhooks);

  const notify = addGroup(program, "notify", "Receivers: your addresses that are sent events");
  addNotifyReceivers(notify);
  addNotifyDeliveries(notify);

  addNotifications(addGroup(program, "notifications", "Notifications to operators of what is wrong"));

  addAudit(program);
  const callback = addGroup(program, "callback", "Install callbacks");
  addCallbackInbox(callback);
  addCallbackReplay(callback);
  addCallbackVerify(callback);
  addDoctor(program);
  addExplain(program);
  addAfterRestore(program);
  addMigrate(program);
  addMongodbRoles(program);
  addCompletion(program);
  return program;
}

function exitCodeLines(): string {
  return Object.entries(exitCodeMeanings)
    .map(([code, meaning]) => `  ${code.padStart(3)}  ${meaning.replaceAll("`", "")}`)
    .join("\n");
}
