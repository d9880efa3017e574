// What needs somebody, from the whole system's point of view, each with the page where it can be looked into.

import { counted, duration } from "@fleetkeeper/operator";
import type { SyncHealth } from "@fleetkeeper/store";
import { listPath, queuePath } from "../html/paths.ts";
import { capitalised } from "../html/words.ts";
import { lastHourOf, sumOf } from "./last-hour.ts";
import type { OverviewFacts } from "./read.ts";

export interface Concern {
  mood: "bad" | "wait";
  text: string;
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

function fromRedis(redis: OverviewFacts["redis"], now: Date): Concern[] {
  if (redis === undefined)
    return [{ mood: "bad", text: "Redis does not answer: what waits in the queues cannot be shown." }];
  const noWorker = redis.queues.length > 0 && redis.queues.every(({ workers }) => workers === 0);
  const concerns: Concern[] = noWorker
    ? [{ mood: "bad", text: "No worker is running: nothing is installed, warmed or synced" }]
    : [];
  const { unsetTokenRules: unset = [] } = redis;
  if (unset.length > 0)
    concerns.push({
      mood: "bad",
      text: `${unset.sort().reverse().join(" and ")} ${unset.length === 1 ? "is" : "are"} not set: callbacks are accepted with any token that Trackunit signed. \`fleetkeeper doctor\` proposes values once real ones have come`,
    });
  if (!noWorker && (redis.tickLateMs ?? 0) > lateTickMs)
    concerns.push({
      mood: "bad",
      text: `No worker has looked for what is due for ${duration(redis.tickLateMs ?? 0)}: workers hang or are too busy`,
      link: queuePath("dispatch"),
    });
  for (const { queue: name, failed, paused, workers, oldestWaitingAt } of redis.queues) {
    const oldestWaitingMs = oldestWaitingAt === null ? 0 : now.getTime() - oldestWaitingAt.getTime();
    const link = queuePath(name);
    if (failed > 0)
      concerns.push({
        mood: "bad",
        text: `${counted(failed, "job")} failed in ${name}`,
        link: queuePath(name, "failed"),
      });
    if (workers === 0 && !noWorker)
      concerns.push({ mood: "bad", text: `No worker takes jobs from ${name}`, link });
    if (paused) concerns.push({ mood: "wait", text: `The queue ${name} is paused`, link });
    if (oldestWaitingMs > longWaitMs)
      concerns.push({
        mood: "bad",
        text: `The oldest job in ${name} has waited ${duration(oldestWaitingMs)}`,
        link: queuePath(name, "waiting"),
      });
  }
  const refused = sumOf(lastHourOf(redis.minutes, "callbacks").bad);
  if (refused > 0)
    concerns.push({
      mood: "wait",
      text: `${counted(refused, "callback")} refused in the last hour`,
      link: "#callbacks",
    });
  return concerns;
}

function fromMongodb(mongodb: OverviewFacts["mongodb"], now: Date): Concern[] {
  if (mongodb === undefined)
    return [{ mood: "bad", text: "MongoDB does not answer: accounts and their schedule cannot be shown." }];
  const { states, lagMs, health } = mongodb;
  const concerns: Concern[] = failures(health, now);
  if (states.revoked > 0)
    concerns.push({
      mood: "bad",
      text: `Trackunit refuses the credential of ${counted(states.revoked, "account")}`,
      link: listPath({ state: "revoked" }),
    });
  if (states.pending > 0)
    concerns.push({
      mood: "wait",
      text: `${counted(states.pending, "account")} ${states.pending === 1 ? "has" : "have"} no credential that has proved itself`,
      link: listPath({ state: "pending" }),
    });
  if (lagMs > longLagMs) concerns.push({ mood: "bad", text: `The schedule is ${duration(lagMs)} behind` });
  return concerns;
}

/** All failing syncs in one line, then a line for each code, each with the list of exactly these accounts. */
function failures({ failing, syncs, accounts, isMore }: SyncHealth, now: Date): Concern[] {
  if (syncs === 0) return [];
  const atLeast = isMore ? "at least " : "";
  const all = `${atLeast}${counted(syncs, "sync")} of ${counted(accounts, "account")} ${syncs === 1 ? "fails" : "fail"}`;
  return [
    { mood: "bad", text: capitalised(all), link: listPath({ failing: "any" }) },
    ...failing.map(
      ({ code, ...of }): Concern => ({
        mood: "bad",
        text: `${code}: ${atLeast}${counted(of.syncs, "sync")} of ${counted(of.accounts, "account")}, without a success for ${duration(now.getTime() - of.since.getTime())}`,
        link: listPath({ failing: code }),
      }),
    ),
  ];
}
