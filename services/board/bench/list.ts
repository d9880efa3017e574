// How long the list of accounts takes with 100 000 of them: `node services/board/bench/list.ts [count]`.
// Servers as for the tests.

import { createQueueSet } from "@fleetkeeper/jobs";
import { startLocalStack } from "@fleetkeeper/local-stack";
import { connected, connectProducer } from "@fleetkeeper/redis";
import { openStore } from "@fleetkeeper/store";
import { createLog } from "@fleetkeeper/telemetry";
import { createBoard } from "../src/board.ts";
import { plainOptions } from "../test/board-world.ts";
import { idOf, seedAccounts } from "../test/seed-accounts.ts";

const count = Number(process.argv[2] ?? 100_000);
const requests = 50;
const namespace = `bench-${process.pid}`;
const user = { name: "olive", password: "olives-long-password", role: "operator" } as const;
const authorization = `Basic ${Buffer.from(`${user.name}:${user.password}`).toString("base64")}`;

const stack = await startLocalStack({ onProgress: (line) => process.stderr.write(`${line}\n`) });
const mongodbUrl = new URL(`/${namespace}`, stack.mongodb.url).href;
const redis = connectProducer(stack.redis.url);
await connected(redis);
const queueSet = createQueueSet({ redis, namespace, onError: () => undefined });
const store = await openStore({ mongodbUrl });
const server = await createBoard({
  ...plainOptions(),
  users: [user],
  namespace,
  redis,
  queueSet,
  store,
  checks: {},
  log: createLog({ service: "board", level: "silent" }),
});
try {
  await seed();
  const medians: Record<string, number> = {};
  for (const path of [
    "/accounts",
    await nextPageOf("/accounts", 200),
    "/accounts?sort=newest",
    "/accounts?state=revoked",
    "/accounts?search=0777",
    `/accounts/${encodeURIComponent(idOf(accountIdOf(count >> 1)))}`,
    "/",
  ])
    medians[path] = await measure(path);
  print(JSON.stringify(medians));
} finally {
  await server.close();
  await queueSet.close();
  redis.disconnect();
  await store.close();
  await stack.close();
}

async function seed(): Promise<void> {
  const startedAtMs = performance.now();
  const accountIds = Array.from({ length: count }, (_, index) => accountIdOf(index));
  await seedAccounts(mongodbUrl, accountIds, (_, index) => ({
    installedAt: new Date(Date.UTC(2026, 0, 1) + index * 1_000),
    ...(index % 1_000 === 7 ? { state: "revoked" } : {}),
    ...(index % 1_000 === 8 ? { state: "paused" } : {}),
  }));
  print(`${count} accounts seeded in ${Math.round((performance.now() - startedAtMs) / 1_000)} s`);
}

/** The address of the page that one comes to by pressing "Next page" that number of times. */
async function nextPageOf(path: string, times: number): Promise<string> {
  let address = path;
  for (let page = 0; page < times; page += 1)
    address = /href="([^"]+)" rel="next"/.exec(await get(address))?.[1]?.replaceAll("&amp;", "&") ?? address;
  return address;
}

/** @returns the median, in milliseconds. */
async function measure(path: string): Promise<number> {
  const tookMs: number[] = [];
  for (let request = 0; request < requests; request += 1) {
    const startedAtMs = performance.now();
    await get(path);
    tookMs.push(performance.now() - startedAtMs);
  }
  tookMs.sort((a, b) => a - b);
  const rank = (share: number) => `${(tookMs[Math.floor(share * (requests - 1))] ?? 0).toFixed(1)} ms`;
  print(`median ${rank(0.5)}, 95 % within ${rank(0.95)}: ${path.slice(0, 80)}`);
  return tookMs[Math.floor(0.5 * (requests - 1))] ?? 0;
}

async function get(path: string): Promise<string> {
  const response = await server.inject({ url: path, headers: { authorization, accept: "text/html" } });
  if (response.statusCode !== 200) throw new Error(`${path} was answered with ${response.statusCode}`);
  return response.body;
}

function accountIdOf(index: number): string {
  return String(index).padStart(6, "0");
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
