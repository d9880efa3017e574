// What people and programs look at in a store of real size: pages of the board, the API, the command line.

import { createQueueSet } from "@fleetkeeper/jobs";
import { createApiKeyActions } from "@fleetkeeper/operator";
import { connected, connectProducer } from "@fleetkeeper/redis";
import { openStore } from "@fleetkeeper/store";
import { createLog } from "@fleetkeeper/telemetry";
import { newKeys } from "@fleetkeeper/test-worlds";
import { startApi } from "../../../../services/api/src/api.ts";
import { readConfig } from "../../../../services/api/src/config.ts";
import { createBoard } from "../../../../services/board/src/board.ts";
import { plainOptions } from "../../../../services/board/test/board-world.ts";
import { app } from "../../../../services/board/test/seed-accounts.ts";
import { runCli } from "../../../../services/cli/test/run-cli.ts";

/** One thing to look at, and what it is called in the table. */
export interface Look {
  name: string;
  /** What comes before each look, and is not timed. */
  prepare?: () => Promise<unknown>;
  look: () => Promise<unknown>;
}

const namespace = "million";
const user = { name: "olive", password: "olives-long-password", role: "operator" } as const;
/** A command that takes longer is of no use. */
const commandMs = 600_000;
/** What `doctor` asks of the database and of the queues. */
const checks = "mongodb queues schedule webhooks api-keys receivers notifications restore".split(" ");

/** `account`: one of the many, by the id of its installation. */
export async function openLooks(servers: { redisUrl: string; mongodbUrl: string }, account: string) {
  const { worker } = await newKeys();
  const env: Record<string, string> = {
    ...{ REDIS_URL: servers.redisUrl, REDIS_NAMESPACE: namespace, MONGODB_URL: servers.mongodbUrl },
    ...worker,
    ...{ API_PORT: "0", OPS_PORT: "0", LOG_LEVEL: "silent" },
  };
  const closers: (() => Promise<unknown> | unknown)[] = [];
  const log = createLog({ service: "bench", level: "silent" });
  const redis = connectProducer(servers.redisUrl);
  await connected(redis);
  closers.push(() => redis.disconnect());
  const queueSet = createQueueSet({ redis, namespace, onError: () => undefined });
  closers.push(() => queueSet.close());
  const store = await openStore({ mongodbUrl: servers.mongodbUrl, timeoutMs: commandMs });
  closers.push(() => store.close());
  const board = await createBoard({
    ...{ ...plainOptions(), users: [user], namespace, redis, queueSet, store, checks: {}, log },
  });
  closers.push(() => board.close());
  const api = await startApi(readConfig(env), log, (_what, close) => closers.push(close));
  const keys = createApiKeyActions({ store, now: () => new Date() });
  const { key } = await keys.create("bench", { name: "bench", rights: ["accounts:read"], irisAppId: null });

  return {
    store,
    looks: [
      page("/"),
      page("/accounts"),
      page("/accounts?sort=newest"),
      page("/accounts?state=revoked"),
      page("/accounts?failing=any"),
      page("/accounts?failing=ERR_TRACKUNIT_RATE_LIMITED"),
      page(`/accounts?search=${encodeURIComponent(app)}`),
      page(`/accounts/${encodeURIComponent(account)}`),
      asked("/v1/accounts?limit=100"),
      asked("/v1/accounts?limit=100&state=revoked"),
      asked(`/v1/accounts?limit=100&app=${encodeURIComponent(app)}`),
      command("accounts", "list"),
      command("accounts", "list", "--state", "revoked"),
      command("accounts", "show", account),
      command("syncs", "list", "--failing"),
      command("doctor", "--only", ...checks),
      { name: "counts of all accounts, for metrics", look: () => countAll() },
    ] satisfies Look[],
    async close(): Promise<void> {
      for (let close = closers.pop(); close !== undefined; close = closers.pop()) await close();
    },
  };

  async function countAll(): Promise<void> {
    await store.installations.countByState();
    await store.installations.countByTokenLeft(new Date());
  }

  function page(url: string): Look {
    const authorization = `Basic ${Buffer.from(`${user.name}:${user.password}`).toString("base64")}`;
    const name = `board ${url.replace(account, "<one>").replace(encodeURIComponent(account), "<one>")}`;
    return {
      name,
      async look() {
        const { statusCode } = await board.inject({ url, headers: { authorization, accept: "text/html" } });
        if (statusCode !== 200) throw new Error(`${url} was answered with ${statusCode}`);
      },
    };
  }

  function asked(path: string): Look {
    return {
      name: `API ${path}`,
      async look() {
        const answer = await fetch(`${api.url}${path}`, { headers: { authorization: `Bearer ${key}` } });
        const text = await answer.text();
        if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${text}`);
      },
    };
  }

  /** A process of its own, whose start is in its time. */
  function command(...words: string[]): Look {
    return {
      name: `fleetkeeper ${words.join(" ").replace(account, "<one>")}`,
      async look() {
        const { code, stderr } = await runCli(words, { env, killAfterMs: commandMs });
        // 4: `doctor` found something, as there is no worker.
        if (code !== 0 && code !== 4) throw new Error(`${words.join(" ")} ended with ${code}: ${stderr}`);
      },
    };
  }
}
