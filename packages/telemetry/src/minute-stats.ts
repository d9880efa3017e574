// Counts by the minute in Redis, for the board, which is another process: what the counters of all services
// gained.

import { type RedisClient, redisKeys } from "@fleetkeeper/redis";
import type { Counter } from "prom-client";

/**
 * By name, `<source>:<value of the label>`: `callbacks:accepted`, `runs:ERR_API_FORBIDDEN`,
 * `records:created`.
 */
export type Counts = Record<string, number>;

/** The counts of one minute. */
export interface MinuteStats {
  /** Its beginning. */
  minute: Date;
  counts: Counts;
}

/** Whose counters go where, and how often. */
export interface MinuteStatsOptions {
  /** One that fails fast while Redis is away. */
  redis: RedisClient;
  namespace: string;
  /**
   * The service's metrics: what their counters gain goes to Redis, so that a metric and its count by the
   * minute agree.
   */
  metrics: CountedMetrics;
  /** Default 2 000. */
  flushMs?: number;
  now?: () => Date;
}

/**
 * The counters kept by the minute, and the label by which each is told apart; it is summed over its other
 * labels.
 */
const sources = [
  { source: "callbacks", counter: "callbacks", label: "result" },
  { source: "tokens", counter: "tokenRequests", label: "result" },
  { source: "runs", counter: "runs", label: "result" },
  { source: "records", counter: "records", label: "change" },
] as const;

/** Not every service has all of them. */
type CountedMetrics = Partial<Record<(typeof sources)[number]["counter"], Counter>>;

const minuteMs = 60_000;
const keptMinutes = 120;
/** What Redis could not take for longer than this is given up. */
const maxOutageMinutes = 10;
/** Labels are bounded; should one not be, this bounds the hash. */
const maxNames = 200;

/**
 * Adds the counters' gains to the hash of the minute, every `flushMs` and once more at `close`. A process
 * that is killed loses the gains since the last time, and whoever counts neither waits nor fails when Redis
 * is away. A gain whose confirmation got lost is added twice.
 */
export function createMinuteStats(options: MinuteStatsOptions): { close: () => Promise<void> } {
  const { redis, namespace, metrics, flushMs = 2_000, now = () => new Date() } = options;
  let totals = new Map<string, number>();
  /** By the beginning of the minute, in ms. */
  const pending = new Map<number, Map<string, number>>();
  let running: Promise<void> | undefined;

  async function gather(): Promise<void> {
    const minute = minuteOf(now());
    const latest = await totalsOf(metrics);
    const gains = pending.get(minute) ?? new Map<string, number>();
    for (const [name, total] of latest) {
      const gain = total - (totals.get(name) ?? 0);
      if (gain > 0) gains.set(name, (gains.get(name) ?? 0) + gain);
    }
    totals = latest;
    if (gains.size > 0) pending.set(minute, gains);
    for (const old of pending.keys()) if (old < minute - maxOutageMinutes * minuteMs) pending.delete(old);
  }

  /** What was answered is done; the rest stays for the next time. */
  async function send(): Promise<void> {
    for (const [minute, gains] of pending) {
      const key = keyOf(namespace, minute);
      const sent = [...gains];
      const pipeline = redis.pipeline();
      for (const [name, gain] of sent) pipeline.hincrby(key, name, gain);
      const answers = (await pipeline.expire(key, keptMinutes * 60).exec()) ?? [];
      sent.forEach(([name], index) => {
        if (answers[index]?.[0] === null) gains.delete(name);
      });
      if (gains.size === 0) pending.delete(minute);
    }
  }

  /** One at a time; never rejects. */
  function flush(): Promise<void> {
    running ??= gather()
      .then(send)
      .catch(() => undefined)
      .finally(() => {
        running = undefined;
      });
    return running;
  }

  const timer = setInterval(flush, flushMs);
  timer.unref();
  return {
    async close() {
      clearInterval(timer);
      await running;
      await flush();
    },
  };
}

/**
 * The counts of the last `minutes` minutes, at most 120, the oldest first and the running one last; a minute
 * in which nothing was counted is there without counts. Rejects when Redis does not answer.
 */
export async function readMinuteStats(
  redis: RedisClient,
  namespace: string,
  minutes: number,
  now: Date,
): Promise<MinuteStats[]> {
  const number = Math.min(minutes, keptMinutes);
  const starts = Array.from(
    { length: number },
    (_, index) => minuteOf(now) - (number - 1 - index) * minuteMs,
  );
  const pipeline = redis.pipeline();
  for (const start of starts) pipeline.hgetall(keyOf(namespace, start));
  const answers = (await pipeline.exec()) ?? [];
  return starts.map((start, index) => {
    const [error, hash] = answers[index] ?? [null, {}];
    if (error !== null) throw error;
    const counts = Object.entries(hash as Record<string, string>).map(([name, count]) => [
      name,
      Number(count),
    ]);
    return { minute: new Date(start), counts: Object.fromEntries(counts) };
  });
}

/** What each counter says, by name. */
async function totalsOf(metrics: CountedMetrics): Promise<Map<string, number>> {
  const totals = new Map<string, number>();
  for (const { source, counter, label } of sources)
    for (const { labels, value } of (await metrics[counter]?.get())?.values ?? []) {
      const name = `${source}:${labels[label]}`;
      const known = totals.has(name) || totals.size < maxNames ? name : `${source}:other`;
      totals.set(known, (totals.get(known) ?? 0) + value);
    }
  return totals;
}

function minuteOf(at: Date): number {
  return Math.floor(at.getTime() / minuteMs) * minuteMs;
}

function keyOf(namespace: string, minute: number): string {
  return redisKeys(namespace).minuteStats(new Date(minute).toISOString().slice(0, 16));
}
