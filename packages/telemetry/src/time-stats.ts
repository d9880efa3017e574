// Counts by the minute, by the quarter of an hour and by the hour in Redis, for the board, which is another
// process: what the counters of all services gained.

import { type RedisClient, redisKeys } from "@fleetkeeper/redis";
import type { Counter } from "prom-client";

/**
 * By name, `<source>:<value of the label>`: `callbacks:accepted`, `runs:ERR_API_FORBIDDEN`,
 * `records:created`.
 */
export type Counts = Record<string, number>;

/** The counts of one minute, quarter of an hour or hour. */
export interface TimeStats {
  /** Its beginning. */
  start: Date;
  counts: Counts;
}

const minuteMs = 60_000;

/** How long each lasts, and how many of them Redis keeps, with the running one. */
const sizes = {
  minute: { ms: minuteMs, kept: 120 },
  quarter: { ms: 15 * minuteMs, kept: 97 },
  hour: { ms: 60 * minuteMs, kept: 169 },
} as const;

/** What counts are kept by. */
export type TimeStatsSize = keyof typeof sizes;

const allSizes = Object.keys(sizes) as TimeStatsSize[];

/** Whose counters go where, and how often. */
export interface TimeStatsOptions {
  /** One that fails fast while Redis is away. */
  redis: RedisClient;
  namespace: string;
  /**
   * The service's metrics: what their counters gain goes to Redis, so that a metric and its counts agree.
   */
  metrics: CountedMetrics;
  /** Default 2 000. */
  flushMs?: number;
  now?: () => Date;
}

/**
 * The counters that are kept, and the label by which each is told apart; it is summed over its other labels.
 */
const sources = [
  { source: "callbacks", counter: "callbacks", label: "result" },
  { source: "tokens", counter: "tokenRequests", label: "result" },
  { source: "runs", counter: "runs", label: "result" },
  { source: "records", counter: "records", label: "change" },
  { source: "installs", counter: "candidates", label: "result" },
  { source: "api", counter: "apiRequests", label: "status" },
  { source: "put-off", counter: "limiterPutOff", label: "family" },
] as const;

/** Not every service has all of them. */
type CountedMetrics = Partial<Record<(typeof sources)[number]["counter"], Counter>>;

/** What Redis could not take for longer than this is given up. */
const maxOutageMinutes = 10;
/** Labels are bounded; should one not be, this bounds the hash. */
const maxNames = 200;

/** What one hash in Redis has yet to gain. */
interface Pending {
  size: TimeStatsSize;
  endMs: number;
  gains: Map<string, number>;
}

/**
 * Adds the counters' gains to the hashes of the minute, the quarter and the hour, every `flushMs` and once
 * more at `close`. A process that is killed loses the gains since the last time, and anyone who counts
 * neither waits nor fails when Redis is away. A gain whose confirmation got lost is added twice.
 */
export function createTimeStats(options: TimeStatsOptions): { close: () => Promise<void> } {
  const { redis, namespace, metrics, flushMs = 2_000, now = () => new Date() } = options;
  let totals = new Map<string, number>();
  /** By key. */
  const pending = new Map<string, Pending>();
  let running: Promise<void> | undefined;

  async function gather(): Promise<void> {
    const at = now().getTime();
    const latest = await totalsOf(metrics);
    const gained = [...latest]
      .map(([name, total]) => [name, total - (totals.get(name) ?? 0)] as const)
      .filter(([, gain]) => gain > 0);
    totals = latest;
    if (gained.length > 0)
      for (const size of allSizes) {
        const start = startOf(size, at);
        const key = keyOf(namespace, size, start);
        const { gains } = pending.get(key) ?? addPending(key, size, start + sizes[size].ms);
        for (const [name, gain] of gained) gains.set(name, (gains.get(name) ?? 0) + gain);
      }
    for (const [key, { endMs }] of pending) if (endMs < at - maxOutageMinutes * minuteMs) pending.delete(key);
  }

  function addPending(key: string, size: TimeStatsSize, endMs: number): Pending {
    const added = { size, endMs, gains: new Map<string, number>() };
    pending.set(key, added);
    return added;
  }

  /** What was answered is done; the rest stays for the next time. */
  async function send(): Promise<void> {
    for (const [key, { size, gains }] of pending) {
      const sent = [...gains];
      const pipeline = redis.pipeline();
      for (const [name, gain] of sent) pipeline.hincrby(key, name, gain);
      const { ms, kept } = sizes[size];
      const answers = (await pipeline.expire(key, (kept * ms) / 1_000).exec()) ?? [];
      sent.forEach(([name], index) => {
        if (answers[index]?.[0] === null) gains.delete(name);
      });
      if (gains.size === 0) pending.delete(key);
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
 * The last `number` of one size, at most those that are kept, the oldest first and the running one last; one
 * in which nothing was counted is there without counts. Rejects when Redis does not answer.
 */
export async function readTimeStats(
  redis: RedisClient,
  namespace: string,
  { size, number, now }: { size: TimeStatsSize; number: number; now: Date },
): Promise<TimeStats[]> {
  const { ms, kept } = sizes[size];
  const last = startOf(size, now.getTime());
  const wanted = Math.min(number, kept);
  const starts = Array.from({ length: wanted }, (_, index) => last - (wanted - 1 - index) * ms);
  const pipeline = redis.pipeline();
  for (const start of starts) pipeline.hgetall(keyOf(namespace, size, start));
  const answers = (await pipeline.exec()) ?? [];
  return starts.map((start, index) => {
    const [error, hash] = answers[index] ?? [null, {}];
    if (error !== null) throw error;
    const counts = Object.entries(hash as Record<string, string>).map(([name, count]) => [
      name,
      Number(count),
    ]);
    return { start: new Date(start), counts: Object.fromEntries(counts) };
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

function startOf(size: TimeStatsSize, atMs: number): number {
  const { ms } = sizes[size];
  return Math.floor(atMs / ms) * ms;
}

function keyOf(namespace: string, size: TimeStatsSize, startMs: number): string {
  return redisKeys(namespace).timeStats(size, new Date(startMs).toISOString().slice(0, 16));
}
