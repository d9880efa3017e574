// What needs an operator, from the whole system's point of view, each with the page where it can be looked
// into.

import type { InstallationId } from "@fleetkeeper/model";
import { counted, duration, type QueueState } from "@fleetkeeper/operator";
import type { SyncHealth } from "@fleetkeeper/store";
import { accountPath, listPath, queuePath } from "../html/paths.ts";
import { capitalised } from "../html/words.ts";
import { maxHeldBack, type OverviewFacts } from "./read.ts";
import { sumOf, tallyOf } from "./tally.ts";

export interface Concern {
  /** Stays the same while the problem lasts, even if its words change. It begins with its source. */
  key: `${"redis" | "mongodb" | "board"}/${string}`;
  mood: "bad" | "wait";
  /** Whether operators who are not looking are notified of it. */
  isTold: boolean;
  text: string;
  /** The accounts that it is about, where they are known. */
  accounts?: readonly string[] | undefined;
  /** Undefined where no page says more. */
  link?: string;
}

/** Beyond this the dispatcher does not keep up. */
const longLagMs = 60_000;
const longWaitMs = 60_000;
/** Ticks come every second. */
const lateTickMs = 5_000;

export function concernsOf({ at, redis, mongodb }: OverviewFacts): Concern[] {
  return [...fromRedis(redis, at), ...fromMongodb(mongodb, at)].sort((a, b) => a.mood.localeCompare(b.mood));
}

type Part = Omit<Concern, "mood" | "isTold">;

const bad = (part: Part): Concern => ({ mood: "bad", isTold: true, ...part });
/** For who looks, and no reason to wake anybody. */
const wait = (part: Part): Concern => ({ mood: "wait", isTold: false, ...part });

function fromRedis(redis: OverviewFacts["redis"], now: Date): Concern[] {
  if (redis === undefined)
    return [bad({ key: "board/redis", text: "Redis does not answer: the queues cannot be shown." })];
  const noWorker = redis.queues.length > 0 && redis.queues.every(({ workers }) => workers === 0);
  const concerns: Concern[] = noWorker
    ? [bad({ key: "redis/no-worker", text: "No worker is running: no installs, tokens or syncs" })]
    : [];
  const { unsetTokenRules: unset = [], keySetStaleSince } = redis;
  if (unset.length > 0)
    concerns.push(
      bad({
        key: "redis/token-rules",
        text: `${[...unset].sort().reverse().join(" and ")} ${unset.length === 1 ? "is" : "are"} not set: callbacks are accepted with any token that Trackunit signed. "fleetkeeper doctor" proposes values once real callbacks have arrived`,
      }),
    );
  if (keySetStaleSince)
    concerns.push(
      bad({
        key: "redis/key-set",
        text: `An ingress has had no new key set of Trackunit for ${duration(now.getTime() - keySetStaleSince.getTime())}: callbacks are refused once its keys are too old`,
      }),
    );
  if (!noWorker && (redis.tickLateMs ?? 0) > lateTickMs)
    concerns.push(
      bad({
        key: "redis/tick",
        text: `No worker has looked for due work for ${duration(redis.tickLateMs ?? 0)}: workers hang or are too busy`,
        link: queuePath("dispatch"),
      }),
    );
  concerns.push(...redis.queues.flatMap((queue) => ofQueue(queue, { noWorker, now })));
  const refused = sumOf(tallyOf(redis.minutes, "callbacks").bad);
  if (refused > 0)
    concerns.push(
      wait({
        key: "redis/callbacks",
        text: `${counted(refused, "callback")} refused in the last hour`,
        link: "#callbacks",
      }),
    );
  return concerns;
}

function ofQueue(
  { queue: name, failed, paused, workers, oldestWaitingAt }: QueueState,
  { noWorker, now }: { noWorker: boolean; now: Date },
): Concern[] {
  const oldestWaitingMs = oldestWaitingAt === null ? 0 : now.getTime() - oldestWaitingAt.getTime();
  const link = queuePath(name);
  const concerns: Concern[] = [];
  if (failed > 0)
    concerns.push(
      bad({
        key: `redis/failed/${name}`,
        text: `${counted(failed, "job")} failed in ${name}`,
        link: queuePath(name, "failed"),
      }),
    );
  if (workers === 0 && !noWorker)
    concerns.push(bad({ key: `redis/unserved/${name}`, text: `No worker takes jobs from ${name}`, link }));
  if (paused) concerns.push(wait({ key: `redis/paused/${name}`, text: `The queue ${name} is paused`, link }));
  if (oldestWaitingMs > longWaitMs)
    concerns.push(
      bad({
        key: `redis/age/${name}`,
        text: `The oldest job in ${name} has waited ${duration(oldestWaitingMs)}`,
        link: queuePath(name, "waiting"),
      }),
    );
  return concerns;
}

function fromMongodb(mongodb: OverviewFacts["mongodb"], now: Date): Concern[] {
  if (mongodb === undefined)
    return [
      bad({
        key: "board/mongodb",
        text: "MongoDB does not answer: accounts and their schedule cannot be shown.",
      }),
    ];
  const { states, lagMs, health, heldBack = [], revoked } = mongodb;
  const concerns: Concern[] = failures(health, now);
  if (states.revoked > 0)
    concerns.push(
      bad({
        key: "mongodb/revoked",
        text: `Trackunit refuses the credential of ${counted(states.revoked, "account")}`,
        link: listPath({ state: "revoked" }),
        accounts: revoked,
      }),
    );
  if (heldBack.length > 0) concerns.push(deletionsHeldBack(heldBack));
  if (states.pending > 0)
    concerns.push(
      wait({
        key: "mongodb/pending",
        text: `${counted(states.pending, "account")} ${states.pending === 1 ? "has" : "have"} no credential that has proved itself`,
        link: listPath({ state: "pending" }),
      }),
    );
  if (lagMs > longLagMs)
    concerns.push(bad({ key: "mongodb/lag", text: `The schedule is ${duration(lagMs)} behind` }));
  return concerns;
}

function deletionsHeldBack(heldBack: readonly { installationId: InstallationId }[]): Concern {
  const accounts = [...new Set(heldBack.map(({ installationId }) => installationId))];
  const [only] = accounts;
  const number = heldBack.length < maxHeldBack ? counted(heldBack.length, "sync") : "hundreds of syncs";
  return {
    ...wait({
      key: "mongodb/held-back",
      text: `A mass deletion of ${number} of ${counted(accounts.length, "account")} is held back until an operator confirms it`,
      ...(accounts.length === 1 && only !== undefined ? { link: accountPath(only) } : {}),
      accounts,
    }),
    isTold: true,
  };
}

/** All failing syncs in one line, then a line for each code, each with the list of exactly these accounts. */
function failures({ failing, syncs, accounts, isMore }: SyncHealth, now: Date): Concern[] {
  if (syncs === 0) return [];
  const atLeast = isMore ? "at least " : "";
  const all = `${atLeast}${counted(syncs, "sync")} of ${counted(accounts, "account")} ${syncs === 1 ? "fails" : "fail"}`;
  return [
    // Each code is told alone.
    {
      ...bad({ key: "mongodb/failing", text: capitalised(all), link: listPath({ failing: "any" }) }),
      isTold: false,
    },
    ...failing.map(({ code, named, ...of }) =>
      bad({
        key: `mongodb/failing/${code}`,
        text: `${code}: ${atLeast}${counted(of.syncs, "sync")} of ${counted(of.accounts, "account")}, without a success for ${duration(now.getTime() - of.since.getTime())}`,
        link: listPath({ failing: code }),
        accounts: named,
      }),
    ),
  ];
}
