// What a run costs in commands, counted by the servers, and two benches that take minutes: goals 1 and 2.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Row } from "@fleetkeeper/bench";
import { startMongodb, startMongoProxy } from "@fleetkeeper/local-stack";
import { createCountedRuns } from "../../../../services/worker/test/counted-runs.ts";
import { startRowRedis } from "../start-row-redis.ts";

const accounts = 20;
const root = join(import.meta.dirname, "../../../..");

export const runRows: Row[] = [
  countRow({
    name: "run-redis",
    what: "run that changes nothing, with its share of a tick for 20: Redis commands",
    atMost: 15,
    of: "redis",
  }),
  countRow({
    name: "run-mongodb",
    what: "run that changes nothing, with its share of a tick for 20: MongoDB commands",
    atMost: 4.5,
    of: "mongodb",
  }),
  countRow({
    name: "run-mongodb-writes",
    what: "run that changes nothing, with its share of a tick for 20: those that write",
    atMost: 2.5,
    of: "writes",
  }),
  {
    name: "fairness",
    what: "wait of small accounts beside a very large one",
    unit: "ms",
    yardstick: "the same without it",
    isSlow: true,
    open: async () => ({
      async both() {
        const { besideMs, aloneMs } = await lastLineOf("services/worker/bench/fairness.ts");
        return [Number(besideMs), Number(aloneMs)];
      },
    }),
  },
  {
    name: "board-list",
    what: "slowest page of the list of 100 000 accounts, median",
    unit: "ms",
    isSlow: true,
    open: async () => ({
      async ours() {
        return Math.max(...Object.values(await lastLineOf("services/board/bench/list.ts")).map(Number));
      },
    }),
  },
];

function countRow(count: {
  name: string;
  what: string;
  atMost: number;
  of: "redis" | "mongodb" | "writes";
}): Row {
  return {
    name: count.name,
    what: count.what,
    unit: "",
    isCount: true,
    goal: { value: { atMost: count.atMost } },
    async open() {
      const [redis, mongodb] = [await startRowRedis(), await startMongodb({})];
      const proxy = await startMongoProxy(mongodb.url);
      const runs = await createCountedRuns({ redisUrl: redis.url, mongodbUrl: proxy.url }, accounts);
      return {
        async ours() {
          // The first runs write, and get their tokens; the second compare.
          for (let round = 0; round < 2; round++) await runs.run(10);
          proxy.takeCounts();
          const { total } = await runs.run(10);
          return count.of === "redis" ? total : ofRuns(proxy.takeCounts(), count.of);
        },
        async close() {
          await runs.close();
          await proxy.close();
          await Promise.all([redis.close(), mongodb.close()]);
        },
      };
    },
  };
}

const writes = /^(update|insert|delete|findAndModify) /;

/** Of one run, without what the bench itself asks while it waits. */
function ofRuns(counts: Record<string, number>, of: "mongodb" | "writes"): number {
  const ofBench = /^(aggregate|count) /;
  const names = Object.keys(counts).filter(
    (name) => !ofBench.test(name) && (of === "mongodb" || writes.test(name)),
  );
  return names.reduce((total, name) => total + (counts[name] ?? 0), 0) / accounts;
}

/** A bench of its own, which ends with a line of JSON. */
async function lastLineOf(script: string): Promise<Record<string, unknown>> {
  const child = spawn(process.execPath, [join(root, script)], { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`${script} ended with ${code}`);
  return JSON.parse(output.trim().split("\n").at(-1) ?? "");
}
