// Everything that the overview shows. Queues from Redis, accounts and the schedule from MongoDB; one may be
// away without the other.

import { setTimeout as sleep } from "node:timers/promises";
import type { QueueSet } from "@fleetkeeper/jobs";
import type { InstallationId, InstallationState } from "@fleetkeeper/model";
import { type QueueState, readQueueStates } from "@fleetkeeper/operator";
import { type RedisClient, redisKeys } from "@fleetkeeper/redis";
import type { LogEntry, Store, SyncHealth } from "@fleetkeeper/store";
import { readTimeStats, type TimeStats } from "@fleetkeeper/telemetry";
import { remember } from "../live/remember.ts";
import { lastHour, type Range, ranges } from "./range.ts";

export interface OverviewFacts {
  at: Date;
  /** Undefined while Redis does not answer. */
  redis: QueueFacts | undefined;
  /** Undefined while MongoDB does not answer. */
  mongodb: AccountFacts | undefined;
}

export interface QueueFacts {
  queues: QueueState[];
  /** The last hour. */
  minutes: TimeStats[];
  /** What the charts show, where that is not the last hour. */
  past?: { range: Range; stats: TimeStats[] } | undefined;
  /** Variables about callback tokens that an ingress runs without: it takes any that Trackunit signed. */
  unsetTokenRules?: string[];
  /** Since when an ingress has had no new keys of Trackunit's; null while all have. */
  keySetStaleSince?: Date | null;
  /** How long the next dispatch tick has been due; undefined before the first worker ever ran. */
  tickLateMs?: number | undefined;
}

export interface AccountFacts {
  states: Record<InstallationState, number>;
  health: SyncHealth;
  /** Mass deletions that wait for a word; at most `maxHeldBack`. */
  heldBack?: readonly { installationId: InstallationId }[];
  /** The time since the last success of the sync in the middle; left out before the first success. */
  medianAgeMs?: number | undefined;
  /** What happened last, the newest first. */
  recent?: readonly LogEntry[];
  /** Accounts whose credential is refused; left out where only their number is wanted. */
  revoked?: readonly InstallationId[];
  /** How long what is most overdue has been due. */
  lagMs: number;
  /** Tokens whose renewal is due, counted up to `manyTokens`. */
  dueTokens: number;
}

export const manyTokens = 1_000;
export const maxHeldBack = 501;

/** Default: the last hour. */
export type ReadOverview = (range?: Range) => Promise<OverviewFacts>;

export function createReadOverview(options: {
  queueSet: QueueSet;
  redis: RedisClient;
  namespace: string;
  store: Store;
  countByState: Store["installations"]["countByState"];
  readHealth: () => Promise<SyncHealth>;
  /** For a page, not for a message. */
  readMedianSuccess?: () => Promise<Date | null>;
  readRecent?: () => Promise<LogEntry[]>;
  /** The accounts whose credential is refused, for who names them. */
  readRevoked?: () => Promise<InstallationId[]>;
  now: () => Date;
  onError: (error: unknown, what: "redis" | "mongodb") => void;
}): ReadOverview {
  const { queueSet, redis, namespace, store, countByState, readHealth, readRevoked, now, onError } = options;
  const { readMedianSuccess, readRecent } = options;
  const statsOf = new Map(
    ranges.map((range) => [
      range.name,
      remember(range.rememberedMs, () => readTimeStats(redis, namespace, { ...range, now: now() })),
    ]),
  );

  return async (range = lastHour) => {
    const at = now();
    const [fromRedis, mongodb] = await Promise.all([
      orUndefined(readRedis(at, range), (error) => onError(error, "redis")),
      orUndefined(readMongodb(at), (error) => onError(error, "mongodb")),
    ]);
    return { at, redis: fromRedis, mongodb };
  };

  async function readRedis(at: Date, range: Range): Promise<QueueFacts> {
    const keys = redisKeys(namespace);
    const [queues, minutes, stats, nextTickAt, unsetTokenRules, keySetStale] = await Promise.all([
      readQueueStates(queueSet),
      readTimeStats(redis, namespace, { ...lastHour, now: at }),
      range.name === lastHour.name ? undefined : statsOf.get(range.name)?.(),
      queueSet.nextTickAt(),
      redis.smembers(keys.unsetTokenRules()),
      redis.get(keys.keySetStale()),
    ]);
    const tickLateMs =
      nextTickAt === undefined ? undefined : Math.max(0, at.getTime() - nextTickAt.getTime());
    const keySetStaleSince = keySetStale === null ? null : new Date(Number(keySetStale));
    const past = stats && { range, stats };
    return { queues, minutes, past, tickLateMs, unsetTokenRules, keySetStaleSince };
  }

  async function readMongodb(at: Date): Promise<AccountFacts> {
    const [states, health, [mostOverdue], dueTokens, heldBack, revoked, median, recent] = await Promise.all([
      countByState(),
      readHealth(),
      store.syncs.due(at, 1),
      store.installations.duePrewarms(at, manyTokens),
      store.syncs.heldBack(maxHeldBack),
      readRevoked?.(),
      readMedianSuccess?.(),
      readRecent?.(),
    ]);
    return {
      states,
      health,
      heldBack,
      ...(revoked === undefined ? {} : { revoked }),
      ...(recent === undefined ? {} : { recent }),
      medianAgeMs: median ? Math.max(0, at.getTime() - median.getTime()) : undefined,
      lagMs: at.getTime() - (mostOverdue?.nextRunAt ?? at).getTime(),
      dueTokens: dueTokens.length,
    };
  }
}

/** It reads an entry for each sync. */
const medianForMs = 60_000;
const recentLines = 8;

/** A page without it is better than one that comes late. */
const medianWaitMs = 500;

/** What only a page shows. */
export function readsOfPage(store: Store, everyMs: number) {
  let known: Date | null = null;
  const readMedian = remember(medianForMs, async () => {
    known = await store.syncs.medianSuccess().catch(() => null);
    return known;
  });
  return {
    /** The one known before, while it takes long. */
    readMedianSuccess: () =>
      Promise.race([readMedian(), sleep(medianWaitMs, undefined, { ref: false }).then(() => known)]),
    readRecent: remember(everyMs, async () => (await store.actionLog.page({ limit: recentLines })).rows),
  };
}

async function orUndefined<Value>(
  reading: Promise<Value>,
  onError: (error: unknown) => void,
): Promise<Value | undefined> {
  return reading.catch((error: unknown) => {
    onError(error);
    return undefined;
  });
}
