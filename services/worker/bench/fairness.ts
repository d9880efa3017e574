// Prints how much longer small accounts wait while one account with a very large fleet is synced:
// `node services/worker/bench/fairness.ts`.

import { setTimeout as sleep } from "node:timers/promises";
import { startLocalStack } from "@fleetkeeper/local-stack";
import type { SimulatedAccount } from "@fleetkeeper/simulator";
import { createWorldOn, type World } from "../test/world.ts";

const smallAccounts = Number(process.env.SMALL ?? 100);
const largeFleet = Number(process.env.LARGE ?? 200_000);

const stack = await startLocalStack({ onProgress: (line) => console.error(line) });
const world = await createWorldOn({ redisUrl: stack.redis.url, mongodbUrl: stack.mongodb.url });
try {
  await world.startWorker();
  const accounts = Array.from({ length: smallAccounts }, () => world.simulator.addAccount({ assets: 5 }));
  for (const account of accounts) await world.install(account);
  await Promise.all(accounts.map((account) => ran(account, new Date(0))));
  console.error(`${smallAccounts} small accounts are installed`);
  const alone = await medianWaitMs(accounts);
  console.error(`alone: ${alone} ms`);

  const large = world.simulator.addAccount({ assets: largeFleet, sites: 1, customers: 1, events: 1 });
  await world.install(large);
  while (pagesOf(await assetsSync(large)) < 20) await sleep(200);
  const beside = await medianWaitMs(accounts);
  const state = await assetsSync(large);
  if (state?.lastRun !== null)
    throw new Error("the large account was done before the small ones were measured");
  const result = {
    smallAccounts,
    largeFleet,
    largePages: pagesOf(state),
    aloneMs: alone,
    besideMs: beside,
    ratio: beside / alone,
  };
  console.log(JSON.stringify(result));
} finally {
  await world.close();
  await stack.close();
}

/** Makes each account's sync due at a moment of its own and takes the time until that run has ended. */
async function medianWaitMs(accounts: SimulatedAccount[]): Promise<number> {
  const waits = await Promise.all(
    accounts.map(async (account, index) => {
      await sleep(index * 150);
      const due = new Date();
      const sync = await assetsSync(account);
      if (sync !== undefined) await world.store.syncs.runNow(sync._id, due);
      return (await ran(account, due)).getTime() - due.getTime();
    }),
  );
  return waits.sort((a, b) => a - b)[Math.floor(waits.length / 2)] ?? 0;
}

/** When a run that began after `since` ended. */
async function ran(account: SimulatedAccount, since: Date): Promise<Date> {
  for (;;) {
    const lastRun = (await assetsSync(account))?.lastRun;
    if (lastRun?.outcome === "succeeded" && lastRun.startedAt >= since) return lastRun.at;
    await sleep(100);
  }
}

type Sync = Awaited<ReturnType<typeof assetsSync>>;

async function assetsSync(account: SimulatedAccount) {
  const all = await (world as World).store.syncs.ofInstallation(world.installationIdOf(account));
  return all.find(({ sync }) => sync === "assets");
}

function pagesOf(sync: Sync): number {
  return sync?.checkpoint?.pages ?? 0;
}
