// A Redis master and its replica behind one address, with everything that may happen to them.

import {
  findRedis,
  type RedisBinary,
  type RunningServer,
  startRedisBinary,
  startTcpProxy,
  type TcpProxy,
} from "@fleetkeeper/local-stack";
import { Redis } from "ioredis";
import { createDisk, type Disk } from "./disk.ts";
import { until } from "./until.ts";

export interface RedisPair {
  url: string;
  proxy: TcpProxy;
  /** Of both servers. */
  disk: Disk;
  /** Ends the master at once and starts it again on the same data. */
  restart(downMs: number): Promise<void>;
  /** Starts what has ended, on the same data. */
  startEnded(): Promise<void>;
  /** Replica and master change places: `planned` loses nothing; otherwise the master is killed first. */
  failOver(how: "planned" | "crash"): Promise<void>;
  /** Runs one command on the master, past the proxy. */
  call(command: string, ...args: string[]): Promise<unknown>;
  close(): Promise<void>;
}

interface Node {
  port: number;
  dataDir: string;
  server: RunningServer;
}

export async function startRedisPair(
  dataDir: string,
  appendFsync: "always" | "everysec",
): Promise<RedisPair> {
  const binary = await findRedis(process.env, () => undefined);
  const disk = await createDisk(dataDir, 24);
  const start = createStart(binary, appendFsync);
  let master = await start(`${dataDir}/a`);
  const proxy = await startTcpProxy(master.port);
  let replica = await start(`${dataDir}/b`, { replicaOf: master.port });

  const pair: RedisPair = {
    url: `redis://127.0.0.1:${proxy.port}`,
    proxy,
    disk,

    async restart(downMs) {
      master.server.kill?.("SIGKILL");
      await master.server.close();
      await new Promise((resolve) => setTimeout(resolve, downMs));
      master = await start(master.dataDir, { port: master.port });
    },

    async startEnded() {
      if (!(await answers(master.port))) {
        await master.server.close();
        master = await start(master.dataDir, { port: master.port });
      }
      if (await answers(replica.port)) return;
      await replica.server.close();
      replica = await start(replica.dataDir, { port: replica.port, replicaOf: master.port });
    },

    async failOver(how) {
      if (how === "planned") {
        await asked(master.port, (redis) => redis.call("CLIENT", "PAUSE", "10000", "WRITE"));
        await replicated(master.port);
      } else {
        master.server.kill?.("SIGKILL");
        await master.server.close();
      }
      await asked(replica.port, (redis) => redis.call("REPLICAOF", "NO", "ONE"));
      const old = master;
      master = replica;
      proxy.target(master.port);
      if (how === "crash") {
        replica = await start(old.dataDir, { port: old.port, replicaOf: master.port });
        return;
      }
      replica = old;
      // Connections stay, and learn from READONLY that this is not a master any more.
      await asked(old.port, async (redis) => {
        await redis.call("REPLICAOF", "127.0.0.1", String(master.port));
        await redis.call("CLIENT", "UNPAUSE");
      });
    },

    call: (command, ...args) => asked(master.port, (redis) => redis.call(command, ...args)),

    async close() {
      await proxy.close();
      for (const { server } of [replica, master]) await server.close();
      await disk.close();
    },
  };
  return pair;
}

function createStart(binary: RedisBinary, appendFsync: string) {
  return async (dataDir: string, how: { port?: number; replicaOf?: number } = {}): Promise<Node> => {
    const replicaOf = how.replicaOf === undefined ? [] : ["--replicaof", `127.0.0.1 ${how.replicaOf}`];
    const server = await startRedisBinary(binary, {
      dataDir,
      port: how.port,
      // Secrets are looked for in its files, so nothing in them is compressed.
      args: [
        ...["--appendfsync", appendFsync, "--rdbcompression", "no"],
        ...["--repl-diskless-sync-delay", "0"],
        ...replicaOf,
      ],
    });
    return { port: Number(new URL(server.url).port), dataDir, server };
  };
}

/** Resolves when the replica has all that the master has. */
async function replicated(port: number): Promise<void> {
  await until("the replica follows the master", 20_000, async () => {
    const info = String(await asked(port, (redis) => redis.info("replication")));
    const [, reached] = /^master_repl_offset:(\d+)/m.exec(info) ?? [];
    const [, offset] = /^slave0:.*state=online.*offset=(\d+)/m.exec(info) ?? [];
    return reached !== undefined && offset === reached;
  });
}

async function answers(port: number): Promise<boolean> {
  return asked(port, (redis) => redis.ping()).then(
    () => true,
    () => false,
  );
}

async function asked<T>(port: number, ask: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis({
    port,
    lazyConnect: true,
    // A refused connection fails at once; this one ends when our own process was busy for so long.
    connectTimeout: 20_000,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  redis.on("error", () => undefined);
  try {
    await redis.connect();
    return await ask(redis);
  } finally {
    redis.disconnect();
  }
}
