// After the faults: everything is repaired, then the system settles automatically, then an operator
// runs each sync again.

import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { createOpen } from "@fleetkeeper/sealing";
import { truthOf } from "@fleetkeeper/simulator";
import type { SyncDocument } from "@fleetkeeper/store";
import { storedRecords } from "./invariants.ts";
import type { Entry } from "./ledger.ts";
import { until } from "./until.ts";
import { idOf } from "./wishes.ts";
import type { World } from "./world.ts";

/** A busy machine gets this many times what a quiet one needs. */
const slack = Number(process.env.SLACK ?? 3);
/** From the end of the faults: work in progress has ended, and each accepted wish has come true. */
const restWithinMs = 30_000 * slack;
/**
 * From then on: each sync has read all of Trackunit's truth, with an operator who starts it even while it
 * waits.
 */
const trueWithinMs = 45_000 * slack;
/** An operator whose command line was cut off asks again. */
const takenWithinMs = 10_000 * slack;
/**
 * How often one sync is started for that: deletions need two undisturbed passes, and the first may end an old
 * one.
 */
const maxPasses = 5;

/** By name and by collection: those whose limits let them run again at once. */
export const readAgain = {
  assets: "assets",
  sites: "sites",
  customers: "customers",
  "asset-locations": "assetLocations",
  "alert-configurations": "alertConfigurations",
} as const;

/** Ends everything that a fault may have left behind. */
export async function heal({ redis, mongodb, simulator, processes }: World): Promise<void> {
  for (const { proxy } of [redis, mongodb]) {
    proxy.refuse(false);
    proxy.hold(false);
    proxy.delay(0);
  }
  mongodb.answers.clear();
  simulator.faults.clear();
  for (const account of simulator.accounts()) account.restore();
  for (const { disk } of [redis, mongodb]) await disk.free();
  await Promise.all([redis.startEnded(), mongodb.startEnded()]);
  await redis.call("CONFIG", "SET", "maxmemory", "0");
  for (const process of processes) {
    process.freeze(false);
    process.moveClock(0);
  }
}

/** @throws Error that says what does not come to rest */
export async function comeToRest(world: World, onMissing: (missing: string) => void): Promise<void> {
  const open = await createOpen(JSON.parse(world.secrets.sealingPrivateKeys));
  await until(
    "the system settles",
    restWithinMs,
    async () => {
      for (const process of world.processes)
        if (!(await process.isReady())) return `${process.name} is not ready`;
      const unfinished = await unfinishedWishes(world);
      if (unfinished > 0) return `${unfinished} jobs of install or forget have not ended`;
      for (const entry of world.ledger.entries) {
        const missing = await missingOf(world, entry, open);
        if (missing !== undefined) return missing;
      }
      return true;
    },
    onMissing,
  );
}

/**
 * Jobs that wait or run; the second deletion of a forgotten account is none, which comes half an hour later.
 */
async function unfinishedWishes({ redis }: World): Promise<number> {
  const count = `
    local count = 0
    for _, name in ipairs({'install', 'forget'}) do
      for _, list in ipairs({'wait', 'active'}) do
        count = count + redis.call('LLEN', '{chaos-' .. name .. '}:' .. name .. ':' .. list)
      end
    end
    return count + redis.call('ZCARD', '{chaos-install}:install:delayed')`;
  return Number(await redis.call("EVAL", count, "0"));
}

/** What is not as it was promised, in words. */
async function missingOf(
  world: World,
  entry: Entry,
  open: Awaited<ReturnType<typeof createOpen>>,
): Promise<string | undefined> {
  const { store } = world;
  const id = idOf(world, entry);
  const installation = await store.installations.find(id);
  const syncs = await store.syncs.ofInstallation(id);
  if (entry.wish === "forgotten")
    return installation === null && syncs.length === 0 ? undefined : `${id} was forgotten and is there`;
  if (entry.wish === "none") return undefined;
  if (installation === null) return `${id} was accepted and is no installation`;
  // A paused account asks for no token, so that its newest credential waits to prove itself.
  const waiting = installation.state === "paused" ? installation.candidates.at(-1) : undefined;
  const { sealedCredential } = waiting ?? installation;
  if (sealedCredential === null) return `${id} has no credential that proved itself`;
  const sealed = await open(sealedCredential, { installationId: id, purpose: "credential" });
  const { clientId, clientSecret } = JSON.parse(sealed);
  if (clientId !== entry.account.clientId || clientSecret !== entry.account.clientSecret)
    return `${id} has not the credential of its newest install`;
  const busy = syncs.find(({ waiting }) => ["worker", "running", "next-slice"].includes(waiting.for));
  if (busy !== undefined) return `${busy._id} is ${busy.waiting.for}`;
  const due = syncs.find(({ nextRunAt }) => nextRunAt !== null && nextRunAt.getTime() < Date.now() - 2_000);
  if (due !== undefined) return `${due._id} is due and not dispatched`;
  return undefined;
}

/** @throws Error that says which sync does not come to hold what Trackunit holds */
export async function becomeTrue(world: World, onMissing: (missing: string) => void): Promise<void> {
  const entries = world.ledger.entries.filter(({ wish }) => wish === "installed");
  for (const entry of entries)
    await until(
      "what an operator asks for is taken",
      takenWithinMs,
      () => awaken(world, entry).then(() => true),
      onMissing,
    );
  const pending = new Map(
    entries.flatMap((entry) =>
      Object.keys(readAgain).map((sync) => [
        `${idOf(world, entry)}/${sync}`,
        { entry, sync, passes: 0, since: new Date() },
      ]),
    ),
  );
  await until(
    "each sync holds what Trackunit holds",
    trueWithinMs,
    async () => {
      for (const [syncId, one] of pending) {
        const document = await world.store.syncs.find(syncId as SyncDocument["_id"]);
        if (document === null) continue;
        const isIdle = ["schedule", "backoff", "rate-limit", "scope"].includes(document.waiting.for);
        if (!isIdle) continue;
        const hasRun = document.lastSuccessAt !== null && document.lastSuccessAt >= one.since;
        if (hasRun && (await isTrue(world, one.entry, one.sync as keyof typeof readAgain))) {
          pending.delete(syncId);
          continue;
        }
        if (hasRun && one.passes >= maxPasses) throw new UntrueError(syncId, one.passes);
        if (hasRun) one.passes += 1;
        one.since = new Date();
        await world.store.syncs.runNow(document._id, new Date());
      }
      if (pending.size === 0) return true;
      await sleep(500);
      return describePending(world, [...pending.keys()]);
    },
    onMissing,
  );
}

/** An operator's round: nothing stays paused, and a token is asked for where the last one was refused. */
async function awaken({ operator, store, ...world }: World, entry: Entry): Promise<void> {
  const id = idOf(world, entry);
  await operator.resume("chaos", id);
  await operator.resume("chaos", id, "assets");
  const installation = await store.installations.find(id);
  if (installation === null) return;
  const { state, tokenFailures, candidates } = installation;
  if (state === "revoked" || tokenFailures > 0 || candidates.length > 0)
    await operator.refreshToken("chaos", id);
}

async function isTrue(world: World, { account }: Entry, sync: keyof typeof readAgain): Promise<boolean> {
  const resource = readAgain[sync];
  const truth = truthOf(account, resource);
  const stored = await storedRecords(world, account, resource);
  if (stored.size !== truth.size) return false;
  for (const [id, record] of truth) if (!isDeepStrictEqual(stored.get(id), record)) return false;
  return true;
}

async function describePending({ store }: World, syncIds: string[]): Promise<string> {
  const [first = ""] = syncIds;
  const document = await store.syncs.find(first as SyncDocument["_id"]);
  return `${syncIds.length} do not, for instance ${first}, which waits for ${JSON.stringify(document?.waiting)}`;
}

class UntrueError extends Error {
  constructor(syncId: string, passes: number) {
    super(`${syncId} holds something else than Trackunit after ${passes} passes`);
  }
}
