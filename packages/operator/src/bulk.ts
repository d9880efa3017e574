// One action on all accounts that fit a filter: first it is counted which, then it is done, a few at a time,
// by the process that asked. What is done is done, however it ends: to ask again does the rest.

import type { QueueSet } from "@fleetkeeper/jobs";
import type { InstallationId } from "@fleetkeeper/model";
import { type InstallationRow, type ListQuery, rowOf, type Store } from "@fleetkeeper/store";
import { accountInWords } from "./account-names.ts";
import type { OperatorActions } from "./actions.ts";
import { failingReasons } from "./describe-waiting.ts";
import { OperatorError, WrongStateError } from "./errors.ts";
import { codeOf } from "./noting-failures.ts";
import { count, counted } from "./words.ts";

/** `retry`: of failed jobs. */
export const bulkActionNames = ["pause", "resume", "sync", "retry"] as const;
/** One of them. */
export type BulkActionName = (typeof bulkActionNames)[number];

/** As the list of accounts is narrowed down; without any, all of them. */
export interface AccountFilter extends Pick<ListQuery, "search" | "state" | "app"> {
  /** With a sync that fails by this code, or by `any`. */
  failing?: string;
  /** These accounts, chosen one by one; all else is ignored. */
  ids?: readonly InstallationId[];
}

/** What would be done to which accounts. */
export interface BulkPlan {
  action: BulkActionName;
  filter: AccountFilter;
  ids: InstallationId[];
  /** The first of them, in words. */
  named: string[];
  /** Fit too, and are already so, or cannot be acted upon in their state. */
  passedOver: number;
  /** All accounts that there are. */
  of: number;
}

/** How it ended: the sum is what was planned. */
export interface BulkOutcome {
  done: number;
  /** Were forgotten, or in another state, by the time that it was their turn. */
  refused: number;
  failed: number;
  /** Not begun: it was cancelled, or nothing worked any more. */
  left: number;
  /** How many were refused or failed, by code. */
  codes: Record<string, number>;
}

type OnProgress = (count: number, soFar: Readonly<BulkOutcome>) => void | Promise<void>;

/** More than these are not planned at once. */
const maxPlanned = 100_000;
const pageSize = 500;
const maxNamed = 5;
/** Accounts that are acted upon at the same time; what was begun is finished when it is cancelled. */
const atATime = 10;

/** Counts and carries out. */
export type BulkActions = ReturnType<typeof createBulkActions>;

/** `actions`: by which each account is acted upon, and noted in the audit log. */
export function createBulkActions(options: {
  store: Pick<Store, "installations" | "audit">;
  actions: Pick<OperatorActions, "pause" | "resume" | "syncNow" | "retryFailed">;
  queues: Pick<QueueSet, "accountsWithFailed">;
  now: () => Date;
}) {
  const { store, actions, queues, now } = options;

  const act: Record<BulkActionName, (who: string, id: InstallationId) => Promise<unknown>> = {
    pause: (who, id) => actions.pause(who, id),
    resume: (who, id) => actions.resume(who, id),
    sync: (who, id) => actions.syncNow(who, id),
    retry: (who, id) => actions.retryFailed(who, id),
  };

  return {
    /**
     * Which accounts fit and would be acted upon; changes nothing.
     * @throws WrongStateError where more than 100 000 accounts fit
     */
    async plan(action: BulkActionName, filter: AccountFilter, signal?: AbortSignal): Promise<BulkPlan> {
      const isConcerned = await concernedBy(action);
      const ids = new Set<InstallationId>();
      const passedOver = new Set<InstallationId>();
      const named: string[] = [];
      for await (const row of rowsOf(filter, signal)) {
        if (!isConcerned(row)) passedOver.add(row._id);
        else if (!ids.has(row._id)) {
          ids.add(row._id);
          if (named.length < maxNamed) named.push(accountInWords(row));
        }
        if (ids.size > maxPlanned)
          throw new WrongStateError(
            `more than ${counted(maxPlanned, "account")} fit; narrow them down, for instance by app`,
          );
      }
      const counts = Object.values(await store.installations.countByState());
      const of = counts.reduce((sum, number) => sum + number, 0);
      return { action, filter, ids: [...ids], named, passedOver: passedOver.size, of };
    },

    /**
     * Does it to the accounts of the plan, and to no other. The audit log has each account's entry, and two
     * of the whole: what is begun, and how it ended; without the second the process died. After a batch of
     * which nothing worked it ends.
     * @param options.onProgress is told how many were added to those that it is through with, and how it
     * stands now; it is waited for.
     */
    async carryOut(
      who: string,
      plan: BulkPlan,
      { signal, onProgress }: { signal?: AbortSignal; onProgress?: OnProgress } = {},
    ): Promise<BulkOutcome> {
      const { action, ids } = plan;
      const outcome: BulkOutcome = { done: 0, refused: 0, failed: 0, left: ids.length, codes: {} };
      if (ids.length === 0) return outcome;
      const what = `${action} ${counted(ids.length, "account")} (${filterInWords(plan.filter)})`;
      await store.audit.add({ at: now(), who, action: `begin to ${what}`, topic: "bulk-actions" });
      for (let start = 0; start < ids.length && signal?.aborted !== true; start += atATime) {
        const batch = ids.slice(start, start + atATime);
        const results = await Promise.allSettled(batch.map((id) => act[action](who, id)));
        const before = outcome.failed;
        for (const result of results) note(outcome, result);
        await onProgress?.(batch.length, outcome);
        if (outcome.failed - before === batch.length) break;
      }
      const isAll = outcome.done === ids.length;
      const [code] = Object.keys(outcome.codes);
      await store.audit.add({
        at: now(),
        who,
        action: `${what}: ${outcomeInWords(outcome)}`,
        topic: "bulk-actions",
        ...(isAll ? {} : { outcome: "failed", ...(code && { code }) }),
      });
      return outcome;
    },
  };

  /** All that fit; some may come twice while others change. */
  async function* rowsOf(filter: AccountFilter, signal?: AbortSignal): AsyncGenerator<InstallationRow> {
    if (filter.ids !== undefined) {
      const found = await Promise.all(filter.ids.map((id) => store.installations.find(id)));
      yield* found.filter((one) => one !== null).map(rowOf);
      return;
    }
    const query = queryOf(filter);
    for (let after: string | undefined, isFirst = true; isFirst || after !== undefined; isFirst = false) {
      signal?.throwIfAborted();
      const page = await store.installations.list(after === undefined ? query : { ...query, after });
      yield* page.rows;
      after = page.next;
    }
  }

  /** Whether the action changes something about an account that fits. */
  async function concernedBy(action: BulkActionName): Promise<(row: InstallationRow) => boolean> {
    if (action === "pause") return ({ state }) => state !== "paused";
    if (action === "resume") return ({ state }) => state === "paused";
    if (action === "sync") return ({ state }) => state === "active";
    const withFailed = await queues.accountsWithFailed();
    return ({ _id }) => withFailed.has(_id);
  }
}

/** `state active, app @acme/tracker`; `all accounts` where nothing narrows them down. */
export function filterInWords({ search, state, app, failing, ids }: AccountFilter): string {
  if (ids !== undefined) return "chosen one by one";
  const said = [
    search && `with “${search}”`,
    state && `state ${state}`,
    app && `app ${app}`,
    failing && `failing${failing === "any" ? "" : ` by ${failing}`}`,
  ].filter((text) => text);
  return said.length === 0 ? "all accounts" : said.join(", ");
}

/** `36 done, 1 refused, 63 not begun`. */
export function outcomeInWords({ done, refused, failed, left }: BulkOutcome): string {
  const others = [
    [refused, "refused"],
    [failed, "failed"],
    [left, "not begun"],
  ] as const;
  return [[done, "done"] as const, ...others.filter(([number]) => number > 0)]
    .map(([number, word]) => `${count(number)} ${word}`)
    .join(", ");
}

const verbs: Record<BulkActionName, string> = {
  pause: "pauses",
  resume: "resumes",
  sync: "runs the syncs of",
  retry: "starts again the failed jobs of",
};

/** `This pauses 37 of 100 accounts.` and what it passes over. */
export function planInWords({ action, ids, passedOver, of }: BulkPlan): string {
  const rest =
    passedOver === 0 ? "" : ` It skips ${count(passedOver)} more that fit: ${whyPassedOver[action]}.`;
  return `This ${verbs[action]} ${count(ids.length)} of ${counted(of, "account")}.${rest}`;
}

const whyPassedOver: Record<BulkActionName, string> = {
  pause: "they are paused already",
  resume: "they are not paused",
  sync: "they are not active",
  retry: "none of their jobs has failed",
};

function queryOf({ search = "", state, app, failing }: AccountFilter): ListQuery {
  return {
    sort: "id",
    limit: pageSize,
    search,
    ...(state === undefined ? {} : { state }),
    ...(app === undefined ? {} : { app }),
    ...(failing === undefined
      ? {}
      : { failing: { reasons: failingReasons, code: failing === "any" ? undefined : failing } }),
  };
}

function note(outcome: BulkOutcome, result: PromiseSettledResult<unknown>): void {
  outcome.left -= 1;
  if (result.status === "fulfilled") {
    outcome.done += 1;
    return;
  }
  outcome[result.reason instanceof OperatorError ? "refused" : "failed"] += 1;
  const code = codeOf(result.reason);
  outcome.codes[code] = (outcome.codes[code] ?? 0) + 1;
}
