// `accounts sync|pause|resume|refresh|forget`: the operator's actions, in the audit log as done from the
// command line.

import { createOperatorActions, type OperatorActions } from "@fleetkeeper/operator";
import type { InstallationRow } from "@fleetkeeper/store";
import type { Command } from "commander";
import { accountArgument, addCommand } from "../add-command.ts";
import { findAccount } from "../find-account.ts";
import { type Invocation, invoke } from "../invoke.ts";
import { wholeNumber } from "../option-values.ts";
import { confirm } from "../output/confirm.ts";
import { followRuns } from "./follow-runs.ts";

interface SyncOptions {
  sync?: string;
  wait?: boolean;
  timeout: number;
}

interface ForgetOptions {
  yes?: boolean;
}

export function addAccountsActions(accounts: Command): void {
  addCommand(accounts, "sync", {
    arguments: accountArgument,
    audited: true,
    summary: "Run the syncs of an account now, or one of them",
    details:
      "With --wait the exit code says how the runs ended: 0 all succeeded, 1 one failed or was stopped, 8 not in time.",
    examples: ["accounts sync 6b5cb246 --sync assets --wait"],
  })
    .option("--sync <name>", "only this sync")
    .option("--wait", "follow the runs until they end")
    .option("--timeout <seconds>", "with --wait: at most this long", wholeNumber(1, 86_400), 600)
    .action(invoke<SyncOptions, [string]>(syncNow));

  addSimple(accounts, "pause", {
    summary: "Stop an account and its token, or one of its syncs",
    done: "paused",
    example: "accounts pause 6b5cb246 --as jo",
    act: (actions, who, id, sync) => actions.pause(who, id, sync),
  });
  addSimple(accounts, "resume", {
    summary: "Resume an account or one of its syncs",
    done: "resumed",
    example: "accounts resume 6b5cb246",
    act: (actions, who, id, sync) => actions.resume(who, id, sync),
  });

  addCommand(accounts, "confirm-deletions", {
    arguments: accountArgument,
    audited: true,
    summary: "Confirm a held-back deletion of records that a sync no longer finds",
    examples: ["accounts confirm-deletions 6b5cb246 --sync assets"],
  })
    .requiredOption("--sync <name>", "the sync")
    .action(
      invoke<{ sync: string }, [string]>(async (invocation, { sync }, name) => {
        const { account, actions } = await open(invocation, name);
        await actions.confirmDeletions(invocation.who, account._id, sync);
        said(
          invocation,
          account,
          "confirm-deletions",
          "the next pass deletes the records that it misses again",
          sync,
        );
      }),
    );

  addAccountAction(accounts, "refresh", {
    summary: "Ask for a new access token, even if the present one is good",
    done: "a worker asks for a new token",
    act: (actions, who, id) => actions.refreshToken(who, id),
  });

  addCommand(accounts, "rollback", {
    arguments: accountArgument,
    audited: true,
    summary: "Bring back the credential that was in force before, when Trackunit grants a token for it",
    details: "The present one stays in use until then. `accounts show` lists the kept ones.",
    examples: ["accounts rollback 6b5cb246", "accounts rollback 6b5cb246 --to 0123456789abcdef"],
  })
    .option("--to <fingerprint>", "of the client id; default: the one that was replaced last")
    .action(
      invoke<{ to?: string }, [string]>(async (invocation, { to }, name) => {
        const { account, actions } = await open(invocation, name);
        await actions.rollback(invocation.who, account._id, to);
        said(invocation, account, "rollback", "the former credential takes over when it gets a token");
      }),
    );

  addAccountAction(accounts, "accept-client", {
    summary: "Say that an account's changed client id is the customer's",
    done: "accepted",
    act: (actions, who, id) => actions.acceptClient(who, id),
  });

  addCommand(accounts, "forget", {
    arguments: accountArgument,
    audited: true,
    summary: "Delete an account's credential and everything that was read for it, for good",
    details: "The audit log stays. The account can install the app again.",
    examples: ["accounts forget 6b5cb246", "accounts forget 6b5cb246 --yes"],
  })
    .option("--yes", "do not ask")
    .action(
      invoke<ForgetOptions, [string]>(async (invocation, { yes }, name) => {
        const { account, actions } = await open(invocation, name);
        if (!yes)
          await confirm(
            `This deletes the credential and all data of ${account._id}, for good.`,
            account.accountId,
            invocation.signal,
          );
        await actions.forget(invocation.who, account._id);
        said(invocation, account, "forget", "a worker deletes its credential and data");
      }),
    );
}

/** One that is about a whole account and has no options. */
function addAccountAction(
  accounts: Command,
  name: string,
  { summary, done, act }: Omit<SimpleAction, "example">,
): void {
  addCommand(accounts, name, {
    arguments: accountArgument,
    audited: true,
    summary,
    examples: [`accounts ${name} 6b5cb246`],
  }).action(
    invoke<object, [string]>(async (invocation, _options, account) => {
      const found = await open(invocation, account);
      await act(found.actions, invocation.who, found.account._id);
      said(invocation, found.account, name, done);
    }),
  );
}

interface SimpleAction {
  summary: string;
  done: string;
  example: string;
  act: (actions: OperatorActions, who: string, id: InstallationRow["_id"], sync?: string) => Promise<void>;
}

/** One that is done as soon as MongoDB has it, for an account or one sync. */
function addSimple(accounts: Command, name: string, { summary, done, example, act }: SimpleAction): void {
  addCommand(accounts, name, { arguments: accountArgument, audited: true, summary, examples: [example] })
    .option("--sync <name>", "only this sync")
    .action(
      invoke<{ sync?: string }, [string]>(async (invocation, { sync }, account) => {
        const found = await open(invocation, account);
        await act(found.actions, invocation.who, found.account._id, sync);
        said(invocation, found.account, name, done, sync);
      }),
    );
}

async function syncNow(invocation: Invocation, { sync, wait, timeout }: SyncOptions, name: string) {
  const { account, actions, store } = await open(invocation, name);
  if (!wait) {
    await actions.syncNow(invocation.who, account._id, sync);
    said(invocation, account, "sync", "runs as soon as a worker is free", sync);
    return;
  }
  return followRuns({
    invocation,
    store,
    installationId: account._id,
    sync,
    timeoutMs: timeout * 1_000,
    start: () => actions.syncNow(invocation.who, account._id, sync),
  });
}

async function open(invocation: Invocation, name: string) {
  const store = await invocation.reach.store();
  const account = await findAccount(store, name);
  return { account, store, actions: await openActions(invocation) };
}

/** On every account. */
export async function openActions(invocation: Invocation): Promise<OperatorActions> {
  const { reach, now } = invocation;
  return createOperatorActions({ store: await reach.store(), queues: lazyQueues(invocation), now });
}

/** Redis is reached by those actions only that put a job into a queue. */
function lazyQueues({ reach }: Invocation): Parameters<typeof createOperatorActions>[0]["queues"] {
  return {
    addPrewarms: async (payloads) => (await reach.queues()).addPrewarms(payloads),
    addForget: async (id, askedAt) => (await reach.queues()).addForget(id, askedAt),
    retryFailed: async (name) => (await reach.queues()).retryFailed(name),
    retryFailedOf: async (id) => (await reach.queues()).retryFailedOf(id),
  };
}

function said(
  { output, who }: Invocation,
  { _id }: InstallationRow,
  action: string,
  words: string,
  sync?: string,
): void {
  const what = sync === undefined ? _id : `${sync} of ${_id}`;
  output.result(
    { installationId: _id, ...(sync === undefined ? {} : { sync }), action, who },
    () => `${what}: ${words}`,
  );
}
