// `accounts bulk`: one action on all accounts that fit a filter, after a count and a confirmation.

import { type InstallationState, installationStates } from "@fleetkeeper/model";
import {
  type AccountFilter,
  type BulkActionName,
  bulkActionNames,
  createBulkActions,
  outcomeInWords,
  planInWords,
} from "@fleetkeeper/operator";
import { Argument, type Command, Option } from "commander";
import { addCommand } from "../add-command.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { type Invocation, invoke } from "../invoke.ts";
import { confirm } from "../output/confirm.ts";
import { openActions } from "./actions.ts";

interface Options {
  search?: string;
  state?: InstallationState;
  app?: string;
  failing?: string | true;
  dryRun?: boolean;
  yes?: boolean;
}

export function addAccountsBulk(accounts: Command): void {
  addCommand(accounts, "bulk", {
    audited: true,
    summary: "Pause, resume, sync or retry all accounts that fit a filter",
    details:
      "It says first how many. When interrupted, it finishes what it has begun; the same command again does the rest.",
    examples: [
      "accounts bulk pause --app @acme/tracker --dry-run",
      "accounts bulk resume --state paused --yes --as jo",
      "accounts bulk retry --failing ERR_RATE_LIMITED",
    ],
  })
    .addArgument(new Argument("<action>", "retry: of the failed jobs about them").choices(bulkActionNames))
    .option("--search <text>", "only accounts that `accounts list --search` finds")
    .addOption(new Option("--state <state>", "only accounts in this state").choices(installationStates))
    .option("--app <name>", "only accounts of this app")
    .option("--failing [code]", "only accounts with a failing sync, or with one that fails with this code")
    .option("--dry-run", "only say how many")
    .option("--yes", "do not ask")
    .action(invoke<Options, [BulkActionName]>(bulk));
}

async function bulk(invocation: Invocation, options: Options, action: BulkActionName): Promise<ExitCode> {
  const { reach, output, who, signal, now } = invocation;
  const bulkActions = createBulkActions({
    store: await reach.store(),
    actions: await openActions(invocation),
    queues: { accountsWithFailed: async () => (await reach.queues()).accountsWithFailed() },
    now,
  });
  const filter = filterOf(options);
  const plan = await bulkActions.plan(action, filter, signal);
  const { ids, passedOver, of } = plan;
  const counts = { action, filter, accounts: ids.length, passedOver, of };
  const question = planInWords(plan);
  if (options.dryRun || ids.length === 0) {
    output.result({ ...counts, dryRun: options.dryRun === true }, () => question);
    return exitCodes.ok;
  }
  if (!options.yes) await confirm(question, `${ids.length}`, signal);
  else output.remark(question);
  // Also when it is interrupted: how it ended is in the audit log.
  const outcome = await reach.finish(carryOut());
  const isAll = outcome.done === ids.length;
  output.result({ ...counts, ...outcome }, () => outcomeInWords(outcome));
  const codes = Object.entries(outcome.codes).map(([code, number]) => `${code} (${number})`);
  if (codes.length > 0) output.remark(`Not done by ${codes.join(", ")}.`);
  return isAll ? exitCodes.ok : exitCodes.failed;

  async function carryOut() {
    const progress = output.progress("accounts", ids.length);
    try {
      const onProgress = (count: number) => progress.advance(count);
      return await bulkActions.carryOut(who, plan, { signal, onProgress });
    } finally {
      progress.end();
    }
  }
}

function filterOf({ search, state, app, failing }: Options): AccountFilter {
  return {
    ...(search === undefined ? {} : { search }),
    ...(state === undefined ? {} : { state }),
    ...(app === undefined ? {} : { app }),
    ...(failing === undefined ? {} : { failing: failing === true ? "any" : failing }),
  };
}
