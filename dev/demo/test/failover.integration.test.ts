// Redis fails over twice in a row while accounts install and sync. What is measured is printed; the bars
// leave a busy machine six times what a quiet one needs (SLACK=1 for the bars themselves).

import { setTimeout as sleep } from "node:timers/promises";
import { type RedisGroup, startRedisCluster, startRedisSentinel } from "@fleetkeeper/local-stack";
import { installationIdOf } from "@fleetkeeper/model";
import { connectConsumer, mastersOf, type RedisClient } from "@fleetkeeper/redis";
import type { SimulatedAccount } from "@fleetkeeper/simulator";
import { inBackground } from "@fleetkeeper/test-worlds";
import { expect, onTestFinished, test, vi } from "vitest";
import { readLogs, runSystem } from "./running-system.ts";

const slack = Number(process.env.SLACK ?? 6);
const acceptedWithinMs = 5_000 * slack;
const syncedWithinMs = 15_000 * slack;
const linesPerMinute = 20;
/** A second try would hide what goes wrong in one of several failovers. */
const once = { timeout: 400_000, retry: 0 };
const assets = 3;

type System = Awaited<ReturnType<typeof runSystem>>;

interface Accepted {
  account: SimulatedAccount;
  sentAtMs: number;
  atMs: number;
}

/** Sends an install every second, each again until it is accepted, as Trackunit or an operator would. */
function installAccounts(system: System) {
  const { simulator } = system;
  const accepted: Accepted[] = [];
  const refused = new Map<number, number>();
  let stopped = false;
  let halted: Promise<void> | undefined;
  const sending = new Set<Promise<void>>();

  async function send(account: SimulatedAccount): Promise<void> {
    for (;;) {
      const sentAtMs = performance.now();
      const status = await simulator.install(account.accountId, { timeoutMs: 10_000 }).then(
        (answer) => answer.status,
        () => 0,
      );
      if (status === 202) return void accepted.push({ account, sentAtMs, atMs: performance.now() });
      refused.set(status, (refused.get(status) ?? 0) + 1);
      await sleep(300);
    }
  }

  const loop = inBackground(
    (async () => {
      while (!stopped) {
        await halted;
        const one = send(simulator.addAccount({ assets })).finally(() => sending.delete(one));
        sending.add(one);
        await sleep(1_000);
      }
    })(),
  );

  return {
    accepted,
    refused,
    /** Runs `work` while no callback is on its way. */
    async around(work: () => Promise<void>): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>();
      halted = promise;
      await Promise.all(sending);
      await work();
      halted = undefined;
      resolve();
    },
    async stop(): Promise<void> {
      stopped = true;
      await loop;
      await Promise.all(sending);
    },
  };
}

/** Which services were not ready at least once, by asking all the time. */
function watchReadiness(opsUrls: readonly string[]) {
  const unready = new Set<string>();
  let stopped = false;
  const loops = opsUrls.map(async (url) => {
    while (!stopped) {
      // Once the test failed, the services go before this does.
      const status = await fetch(`${url}/readyz`).then(
        (answer) => answer.status,
        () => undefined,
      );
      if (status === 503) unready.add(url);
      await sleep(50);
    }
  });
  return {
    unready,
    async stop(): Promise<void> {
      stopped = true;
      await Promise.all(loops);
    },
  };
}

async function isSynced(system: System, account: SimulatedAccount): Promise<boolean> {
  const id = installationIdOf(system.simulator.settings.app, account.accountId);
  return (await system.store.records.count("assets", id)) === assets;
}

/** What the feed tells a new reader: of each account, each asset's id as often as it is said to be new. */
async function createdAssets({ store }: System): Promise<string[]> {
  const created: string[] = [];
  for await (const sync of store.feed.syncsWithNews(undefined))
    for await (const entry of sync.sync === "assets" ? store.feed.unread("test", sync) : [])
      for (const { kind, externalId } of "changes" in entry ? entry.changes : [])
        if (kind === "created") created.push(`${sync._id} ${externalId}`);
  return created;
}

interface Recovery {
  acceptedMs: number;
  syncedMs: number;
}

async function recovery(system: System, load: ReturnType<typeof installAccounts>): Promise<Recovery> {
  const startMs = performance.now();
  // One that was sent before the servers went down may still be answered.
  const afterwards = () => load.accepted.find(({ sentAtMs }) => sentAtMs > startMs + 300);
  await expect.poll(afterwards, { timeout: acceptedWithinMs, interval: 20 }).toBeDefined();
  const { account, atMs } = afterwards() as Accepted;
  const timeout = syncedWithinMs - (performance.now() - startMs);
  await expect.poll(() => isSynced(system, account), { timeout, interval: 100 }).toBe(true);
  return { acceptedMs: Math.round(atMs - startMs), syncedMs: Math.round(performance.now() - startMs) };
}

/** Lines at `warn` or above: the most that one service wrote in any minute. */
async function maxLines(system: System): Promise<number> {
  const counts = new Map<string, number>();
  for (const line of (await readLogs(system.logDir)).split("\n").filter((text) => text.startsWith("{"))) {
    const { level, time, service } = JSON.parse(line) as { level: string; time: string; service: string };
    if (!["warn", "error", "fatal"].includes(level)) continue;
    const minute = `${service} ${time.slice(0, 16)}`;
    counts.set(minute, (counts.get(minute) ?? 0) + 1);
  }
  return Math.max(0, ...counts.values());
}

async function underLoad(
  group: RedisGroup,
  env: Record<string, string>,
  failovers: readonly ((redis: RedisClient, load: ReturnType<typeof installAccounts>) => Promise<unknown>)[],
) {
  onTestFinished(() => group.close(), 60_000);
  const system = await runSystem(env, group.url);
  const redis = connectConsumer(group.url);
  redis.on("error", () => undefined);
  onTestFinished(() => redis.disconnect());
  const load = installAccounts(system);
  await expect.poll(() => load.accepted.length, { timeout: 60_000 }).toBeGreaterThan(5);
  const unready: number[] = [];
  const recoveries: Recovery[] = [];
  for (const failOver of failovers) {
    const watch = watchReadiness(system.opsUrls);
    await failOver(redis, load);
    recoveries.push(await recovery(system, load));
    await watch.stop();
    unready.push(watch.unready.size);
    process.stderr.write(
      `failover: ${JSON.stringify({ ...recoveries.at(-1), unready: watch.unready.size })}\n`,
    );
  }
  await load.stop();

  const accounts = load.accepted.map(({ account }) => account);
  await expect
    .poll(async () => system.db.collection("assets").countDocuments({ deletedAt: null }), {
      timeout: 120_000,
      interval: 500,
    })
    .toBe(accounts.length * assets);
  for (const account of accounts) expect(await isSynced(system, account), account.accountId).toBe(true);
  expect(await system.db.collection("installations").countDocuments({ state: "active" })).toBe(
    accounts.length,
  );
  const created = await createdAssets(system);
  expect(created).toHaveLength(accounts.length * assets);
  expect(new Set(created).size).toBe(created.length);
  expect(await system.queues.queues.install.getFailedCount()).toBe(0);
  expect(system.unexpected).toEqual([]);
  const measured = { accounts: accounts.length, recoveries, unready, maxLines: await maxLines(system) };
  process.stderr.write(
    `failover: ${JSON.stringify({ ...measured, refused: Object.fromEntries(load.refused) })}\n`,
  );
  expect(measured.maxLines).toBeLessThanOrEqual(linesPerMinute);
  return measured;
}

const replicationOf = async (server: ReturnType<typeof mastersOf>[number]) => {
  const text = await server.info("replication");
  const number = (of: RegExp) => Number(of.exec(text)?.[1]);
  return {
    isMaster: text.includes("role:master"),
    offset: number(/^master_repl_offset:(\d+)/m),
    /** NaN while it has no replica. */
    replicaOffset: number(/^slave0:.*offset=(\d+)/m),
  };
};

/** Kills a master whose replica has all that it has. */
async function killMaster(group: RedisGroup, redis: RedisClient): Promise<void> {
  // After a failover the client may take the old one for a master for a moment, and a new one has no replica
  // yet.
  const master = await vi.waitFor(
    async () => {
      for (const one of mastersOf(redis)) {
        const { isMaster, offset, replicaOffset } = await replicationOf(one);
        if (isMaster && replicaOffset >= offset) return one;
      }
      throw new Error("no master has a replica that has all");
    },
    { timeout: 60_000, interval: 100 },
  );
  const [, port] = (await master.config("GET", "port")) as string[];
  const server = group.servers.find(({ url }) => new URL(url).port === port);
  if (server === undefined) throw new Error("the master is none of the group");
  server.kill?.("SIGKILL");
}

test("Sentinel: a planned failover and a crash lose nothing, and callbacks and syncs continue", {
  ...once,
}, async () => {
  const group = await startRedisSentinel({ replicas: 2 });
  const { unready } = await underLoad(group, { INGRESS_WAIT_REPLICAS: "1" }, [
    async () => {
      const sentinel = connectConsumer(`redis://${/([^/,]+),/.exec(group.url)?.[1]}`);
      sentinel.on("error", () => undefined);
      onTestFinished(() => sentinel.disconnect());
      await sentinel.call("SENTINEL", "FAILOVER", "mymaster");
    },
    (redis) => killMaster(group, redis),
  ]);
  expect(unready[1]).toBe(2);
});

test("Cluster: a planned failover and a crash of one master lose nothing, and callbacks and syncs continue", {
  ...once,
}, async () => {
  const group = await startRedisCluster({ replicas: 1 });
  await underLoad(group, {}, [
    async (redis) => {
      const address = String(await redis.call("CLUSTER", "NODES"));
      const [, replica] = /^\S+ (\S+)@\S+ \S*slave/m.exec(address) ?? [];
      const one = connectConsumer(`redis://${replica}`);
      one.on("error", () => undefined);
      onTestFinished(() => one.disconnect());
      await one.call("CLUSTER", "FAILOVER");
    },
    // Without a wait of the ingress, a crash can lose what was answered in the last moment.
    (redis, load) => load.around(() => killMaster(group, redis)),
  ]);
});
