// A MongoDB behind two proxies: one of bytes (cut, slow, silent), one that answers in its place (step-down,
// full disk).

import {
  type MongoProxy,
  type RunningServer,
  startMongodb,
  startMongoProxy,
  startTcpProxy,
  type TcpProxy,
} from "@fleetkeeper/local-stack";
import { MongoClient } from "mongodb";
import { createDisk, type Disk } from "./disk.ts";

export interface Mongodb {
  /** As the services have it. */
  url: string;
  /** Past the proxies. */
  directUrl: string;
  proxy: TcpProxy;
  answers: MongoProxy;
  disk: Disk;
  /** Ends it at once and starts it again on the same data; false where it is not a process of ours. */
  restart(downMs: number): Promise<boolean>;
  /** Starts it on the same data if it has ended. */
  startEnded(): Promise<void>;
  close(): Promise<void>;
}

const database = "chaos";

export async function startMongodbBehindProxies(dataDir: string): Promise<Mongodb> {
  const disk = await createDisk(dataDir, 400);
  let server: RunningServer = await startMongodb({ own: true, dataDir });
  const port = Number(new URL(server.url).port);
  const answers = await startMongoProxy(server.url);
  const proxy = await startTcpProxy(Number(new URL(answers.url).port));
  const url = new URL(answers.url);
  url.port = String(proxy.port);
  const directUrl = new URL(server.url);
  for (const one of [url, directUrl]) one.pathname = `/${database}`;

  const startAgain = async () => {
    await server.close();
    server = await startMongodb({ own: true, dataDir, port });
  };
  return {
    url: url.href,
    directUrl: directUrl.href,
    proxy,
    answers,
    disk,
    async restart(downMs) {
      if (server.kill === undefined) return false;
      server.kill("SIGKILL");
      await new Promise((resolve) => setTimeout(resolve, downMs));
      await startAgain();
      return true;
    },
    async startEnded() {
      if (!(await isThere(directUrl.href))) await startAgain();
    },
    async close() {
      await proxy.close();
      await answers.close();
      await server.close();
      await disk.close();
    },
  };
}

async function isThere(url: string): Promise<boolean> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 3_000, socketTimeoutMS: 3_000 });
  try {
    await client.db().command({ ping: 1 });
    return true;
  } catch {
    return false;
  } finally {
    await client.close();
  }
}
