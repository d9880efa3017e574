// Everything that one run breaks: servers, simulated Trackunit, services, each closed in reverse.

import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, loadSecrets, type Secrets, serviceEnvironments } from "@fleetkeeper/demo";
import { createQueueSet } from "@fleetkeeper/jobs";
import { createOperatorActions, type OperatorActions } from "@fleetkeeper/operator";
import { connectProducer } from "@fleetkeeper/redis";
import { type Simulator, startSimulator } from "@fleetkeeper/simulator";
import { openStore, type Store } from "@fleetkeeper/store";
import { type Db, MongoClient } from "mongodb";
import { createLedger, type Ledger } from "./ledger.ts";
import { type Mongodb, startMongodbBehindProxies } from "./mongodb.ts";
import { type Process, startProcess } from "./processes.ts";
import { type RedisPair, startRedisPair } from "./redis-pair.ts";
import { until } from "./until.ts";

export interface World {
  dataDir: string;
  logDir: string;
  secrets: Secrets;
  redis: RedisPair;
  mongodb: Mongodb;
  simulator: Simulator;
  processes: Process[];
  boardUrl: string;
  /** As a command line has it: through the proxies. */
  operator: OperatorActions;
  /** Past the proxies, to look. */
  store: Store;
  db: Db;
  ledger: Ledger;
  close(): Promise<void>;
}

const namespace = "chaos";
const boardUser = "operator";
const startWithinMs = 120_000;

export async function createWorld(options: { appendFsync: "always" | "everysec" }): Promise<World> {
  const closers: (() => Promise<unknown> | unknown)[] = [];
  const close = async () => {
    for (let one = closers.pop(); one !== undefined; one = closers.pop()) await one();
  };
  try {
    return { ...(await build(options, (one) => closers.push(one))), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function build(
  { appendFsync }: { appendFsync: "always" | "everysec" },
  defer: (close: () => Promise<unknown> | unknown) => void,
): Promise<Omit<World, "close">> {
  const dataDir = await mkdtemp(join(tmpdir(), "fleetkeeper-chaos-"));
  defer(() => rm(dataDir, { recursive: true, force: true }));
  const logDir = join(dataDir, "logs");
  await mkdir(logDir);
  const [redis, mongodb] = await Promise.all([
    startRedisPair(join(dataDir, "redis"), appendFsync),
    startMongodbBehindProxies(join(dataDir, "mongodb")),
  ]);
  defer(() => mongodb.close());
  defer(() => redis.close());

  const { secrets } = await loadSecrets(join(dataDir, "secrets"));
  const ports = { ingress: await freePort(0), board: await freePort(0), ingressOps: await freePort(0) };
  const simulator = await startSimulator({ callbackUrl: `http://127.0.0.1:${ports.ingress}/appinstall` });
  defer(() => simulator.close());

  const environmentsOf = (workerOps: number) =>
    serviceEnvironments({
      // Small slices, so that a run has many moments at which it can be broken.
      env: { REDIS_NAMESPACE: namespace, SYNC_SLICE_PAGES: "2", INGRESS_WAIT_REPLICAS: "1" },
      secrets,
      simulator,
      ports: { ...ports, workerOps },
      redisUrl: redis.url,
      mongodbUrl: mongodb.url,
      boardUser,
      boardPassword: secrets.boardPassword,
    });
  const first = environmentsOf(await freePort(0));
  const second = environmentsOf(await freePort(0)).filter(({ name }) => name === "worker");
  const processes = [...first, ...second].map((service, index) => {
    const name = service.name === "worker" ? `worker-${index < first.length ? 1 : 2}` : service.name;
    return startProcess(name, service, logDir);
  });
  defer(() => Promise.all(processes.map((one) => one.close())));
  await until("the services are ready", startWithinMs, async () => {
    const ready = await Promise.all(processes.map((one) => one.isReady()));
    return ready.every(Boolean);
  });

  const store = await openStore({ mongodbUrl: mongodb.directUrl, indexes: "leave" });
  defer(() => store.close());
  const client = new MongoClient(mongodb.directUrl);
  defer(() => client.close());
  return {
    dataDir,
    logDir,
    secrets,
    redis,
    mongodb,
    simulator,
    processes,
    boardUrl: `http://127.0.0.1:${ports.board}`,
    operator: await createOperator(redis.url, mongodb.url, defer),
    store,
    db: client.db(),
    ledger: createLedger(),
  };
}

async function createOperator(
  redisUrl: string,
  mongodbUrl: string,
  defer: (close: () => Promise<unknown> | unknown) => void,
): Promise<OperatorActions> {
  const connection = connectProducer(redisUrl);
  connection.on("error", () => undefined);
  defer(() => connection.disconnect());
  const queues = createQueueSet({ redis: connection, namespace, onError: () => undefined });
  defer(() => queues.close().catch(() => undefined));
  const store = await openStore({ mongodbUrl, indexes: "leave", timeoutMs: 5_000 });
  defer(() => store.close());
  return createOperatorActions({ store, queues, now: () => new Date() });
}
