// `accounts sync --wait`: starts runs, follows them in MongoDB until each has ended, and says how.

import { setTimeout as sleep } from "node:timers/promises";
import type { InstallationId, RunOutcome } from "@fleetkeeper/model";
import { busyReasons, type Description, describeWaiting } from "@fleetkeeper/operator";
import type { Store, SyncDocument } from "@fleetkeeper/store";
import { NothingFoundError, WaitedTooLongError } from "../errors.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import type { Invocation } from "../invoke.ts";
import { table } from "../output/table.ts";
import { outcomeInWords, recordsInWords, whyInWords } from "./account-in-words.ts";

export interface FollowOptions {
  invocation: Invocation;
  store: Store;
  installationId: InstallationId;
  /** Undefined: all of the account. */
  sync: string | undefined;
  timeoutMs: number;
  start: () => Promise<void>;
}

/** How a run goes: `stopped` comes from outside (paused, revoked), so that no run follows. */
export type Followed =
  | { state: "going"; why: Description }
  | { state: "ended"; run: RunOutcome }
  | { state: "stopped"; why: Description };

const lookEveryMs = 400;

export async function followRuns(options: FollowOptions): Promise<ExitCode> {
  const { invocation, store, installationId, sync, timeoutMs, start } = options;
  const { output, signal } = invocation;
  const read = async () =>
    (await store.syncs.ofInstallation(installationId)).filter(
      (one) => sync === undefined || one.sync === sync,
    );
  const before = await read();
  await start();
  const after = new Map((await read()).map((one) => [one._id, one]));
  const awaited = before
    .filter(({ waiting }) => waiting.for !== "operator")
    .map((one) => expectationOf(one, (after.get(one._id)?.runAgain ?? false) !== false));
  const progress = output.progress(`${awaited.length} syncs start`);
  const endsAtMs = performance.now() + timeoutMs;
  const followed = new Map<string, Followed>();
  try {
    for (;;) {
      for (const { sync: name, ...expected } of awaited) {
        if (!isOver(followed.get(name))) followed.set(name, await look(store, expected));
      }
      progress.say(inOneLine(followed));
      if ([...followed.values()].every(isOver)) break;
      const leftMs = endsAtMs - performance.now();
      if (leftMs < 0 || isAllLater(followed, invocation.now(), leftMs))
        throw new WaitedTooLongError(`does not end within ${timeoutMs / 1_000} s: ${inOneLine(followed)}`, {
          advice: "The runs continue; see `fleetkeeper accounts show`.",
        });
      await sleep(lookEveryMs, undefined, { signal });
    }
  } finally {
    progress.end();
  }
  return report(invocation, installationId, followed);
}

interface Expectation {
  syncId: SyncDocument["_id"];
  sync: string;
  /** Ended runs since then: the last of them is the one that was asked for. */
  runs: 1 | 2;
  since: Date | undefined;
}

const busy = new Set<SyncDocument["waiting"]["for"]>(busyReasons);

/** Where a run was under way when another was asked for, the one asked for is the second to end. */
export function expectationOf(before: SyncDocument, runAgain: boolean): Expectation {
  const { _id: syncId, sync, waiting, lastRun } = before;
  return { syncId, sync, runs: busy.has(waiting.for) || runAgain ? 2 : 1, since: lastRun?.at };
}

async function look(store: Store, { syncId, runs, since }: Omit<Expectation, "sync">): Promise<Followed> {
  const sync = await store.syncs.find(syncId);
  if (sync === null) throw new NothingFoundError("the account was forgotten in the meantime");
  const ended = (await store.syncs.runsOf(syncId, 5)).filter(({ at }) => since === undefined || at > since);
  return stateOf(sync, ended, runs);
}

/** `ended`: runs since it was asked for, the newest first. */
export function stateOf(
  sync: Pick<SyncDocument, "waiting">,
  ended: readonly RunOutcome[],
  runs: number,
): Followed {
  const run = ended[ended.length - runs];
  if (run !== undefined) return { state: "ended", run };
  const why = describeWaiting(sync.waiting);
  const isStopped = sync.waiting.for === "operator" || sync.waiting.for === "credential";
  return { state: isStopped ? "stopped" : "going", why };
}

function isOver(followed: Followed | undefined): boolean {
  return followed !== undefined && followed.state !== "going";
}

/**
 * Whether everything that is left waits for a time that is known and too late, such as the end of a rate
 * limit.
 */
export function isAllLater(followed: ReadonlyMap<string, Followed>, now: Date, leftMs: number): boolean {
  return [...followed.values()].every(
    (one) =>
      one.state !== "going" ||
      (one.why.mood === "wait" && (one.why.until?.getTime() ?? 0) > now.getTime() + leftMs),
  );
}

function inOneLine(followed: ReadonlyMap<string, Followed>): string {
  const words = [...followed].map(([sync, one]) =>
    one.state === "ended"
      ? `${sync}: ${one.run.outcome}`
      : `${sync}: ${one.why.label}, ${whyInWords(one.why)}`,
  );
  const going = [...followed].filter(([, one]) => one.state === "going");
  if (followed.size <= 2 || going.length === 0) return words.join(" · ");
  const [[name, first] = []] = going;
  const said = first?.state === "going" ? `${name}: ${whyInWords(first.why)}` : "";
  return `${followed.size - going.length} of ${followed.size} ended · ${said}`;
}

function report(
  { output }: Invocation,
  installationId: InstallationId,
  followed: ReadonlyMap<string, Followed>,
): ExitCode {
  const runs = [...followed].map(([sync, one]) =>
    one.state === "ended" ? { sync, ...one.run } : { sync, outcome: "stopped", message: one.why.text },
  );
  output.result({ installationId, runs }, () =>
    table(
      ["sync", "outcome", "records"],
      [...followed].map(([sync, one]) =>
        one.state === "ended"
          ? [sync, outcomeInWords(one.run, output.paint), one.run.message ?? recordsInWords(one.run)]
          : [sync, output.paint("bad", "stopped"), one.why.text],
      ),
      output.paint,
    ),
  );
  return runs.every(({ outcome }) => outcome === "succeeded") ? exitCodes.ok : exitCodes.failed;
}
