// Everything that the overview shows. Queues from Redis, accounts and the schedule from MongoDB; one may be
// away without the other.

import type { QueueSet } from "@fleetkeeper/jobs";
import type { InstallationId, InstallationState } from "@fleetkeeper/model";
import { type QueueState, readQueueStates } from "@fleetkeeper/operator";
import { type RedisClient, redisKeys } from "@fleetkeeper/redis";
import type { Store, SyncHealth } from "@fleetkeeper/store";
import { type MinuteStats, readMinuteStats } from "@fleetkeeper/telemetry";

export interface OverviewFacts {
  at: Date;
  /** Undefined while Redis does not answer. */
  redis: QueueFacts | undefined;
  /** Undefined while MongoDB does not answer. */
  mongodb: AccountFacts | undefined;
}

export interface QueueFacts {
  queues: QueueState[];
  minutes: MinuteStats[];
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
  /** Accounts whose credential is refused; left out where only their number is wanted. */
  revoked?: readonly InstallationId[];
  /** How long what is most overdue has been due. */
  lagMs: number;
  /** Tokens whose renewal is due, counted up to `manyTokens`. */
  dueTokens: number;
}

export const manyTokens = 1_000;
export const maxHeldBack = 501;
const minutes = 60;

export type ReadOverview = () => Promise<OverviewFacts>;

export function createReadOverview(options: {
  queueSet: QueueSet;
  redis: RedisClient;
  namespace: string;
  store: Store;
  countByState: Store["installations"]["countByState"];
  readHealth: () => Promise<SyncHealth>;
  /** The accounts whose credential is refused, for who names them. */
  readRevoked?: () => Promise<InstallationId[]>;
  now: () => Date;
  onError: (error: unknown, what: "redis" | "mongodb") => void;
}): ReadOverview {
  const { queueSet, redis, namespace, store, countByState, readHealth, readRevoked, now, onError } = options;

  return async () => {
    const at = now();
    const [fromRedis, mongodb] = await Promise.all([
      orUndefined(readRedis(at), (error) => onError(error, "redis")),
      orUndefined(readMongodb(at), (error) => onError(error, "mongodb")),
    ]);
    return { at, redis: fromRedis, mongodb };
  };

  async function readRedis(at: Date): Promise<QueueFacts> {
    const keys = redisKeys(namespace);
    const [queues, stats, nextTickAt, unsetTokenRules, keySetStale] = await Promise.all([
      readQueueStates(queueSet),
      readMinuteStats(redis, namespace, minutes, at),
      queueSet.nextTickAt(),
      redis.smembers(keys.unsetTokenRules()),
      redis.get(keys.keySetStale()),
    ]);
    const tickLateMs =
      nextTickAt === undefined ? undefined : Math.max(0, at.getTime() - nextTickAt.getTime());
    const keySetStaleSince = keySetStale === null ? null : new Date(Number(keySetStale));
    return { queues, minutes: stats, tickLateMs, unsetTokenRules, keySetStaleSince };
  }

  async function readMongodb(at: Date): Promise<AccountFacts> {
    const [states, health, [mostOverdue], dueTokens, heldBack, revoked] = await Promise.all([
      countByState(),
      readHealth(),
      store.syncs.due(at, 1),
      store.installations.duePrewarms(at, manyTokens),
      store.syncs.heldBack(maxHeldBack),
      readRevoked?.(),
    ]);
    return {
      states,
      health,
      heldBack,
      ...(revoked === undefined ? {} : { revoked }),
      lagMs: at.getTime() - (mostOverdue?.nextRunAt ?? at).getTime(),
      dueTokens: dueTokens.length,
    };
  }
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
