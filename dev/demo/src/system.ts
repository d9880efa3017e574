// Everything on one machine: servers, keys, simulator and the three services, each closed in reverse.

import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startLocalStack } from "@fleetkeeper/local-stack";
import type { InstallationId } from "@fleetkeeper/model";
import { makePrivateFolder, sharedVariables } from "@fleetkeeper/runtime";
import { type Simulator, startSimulator, type WebhookTarget } from "@fleetkeeper/simulator";
import { openStore, type Store } from "@fleetkeeper/store";
import { type DemoApi, startDemoApi } from "./demo-api.ts";
import { freePort } from "./free-port.ts";
import type { Progress } from "./progress.ts";
import { loadSecrets, type Secrets } from "./secrets.ts";
import { environmentFile, type ServiceEnvironment, serviceEnvironments } from "./service-environments.ts";
import { type ServiceProcess, startService } from "./service-process.ts";
import { webhookEndpointOf } from "./webhook-endpoint.ts";

export interface SystemOptions {
  dataDir: string;
  env: NodeJS.ProcessEnv;
  progress: Progress;
  /** Take any ports instead of the usual ones. */
  anyPorts: boolean;
  /** Starts the API too, which is there for the publisher's own back end. */
  withApi?: boolean;
  /** Waited for before the services start: what it stores, they know from the beginning. */
  prepare?: (parts: { store: Store; secrets: Secrets }) => Promise<void>;
  /**
   * Waited for while board and API start: ingress and worker are ready, which start first because an install
   * needs no other.
   */
  onInstallable?: (system: InstallableSystem) => Promise<void>;
  /** What one service is told besides or instead, such as its own user in Redis. */
  environmentOf?: (service: "ingress" | "worker" | "board") => Record<string, string>;
  onUnexpectedEnd: (error: Error) => void;
  defer: (close: () => Promise<unknown>) => void;
}

/** What is there before the board and the API are. */
export interface InstallableSystem {
  store: Store;
  simulator: Simulator;
  ingressUrl: string;
  /** Where installs go: for the manifest of an app. */
  callbackUrl: string;
  boardUrl: string;
  boardUser: string;
  boardPassword: string;
  /** Of ingress and worker: health and metrics. */
  opsUrls: string[];
  logDir: string;
  mongodbUrl: string;
  redisUrl: string;
  /** Where an account's webhooks go, and their signing key. */
  webhookEndpointOf(installationId: InstallationId): Promise<WebhookTarget>;
}

export interface System extends InstallableSystem {
  /** With `withApi`. */
  api?: DemoApi;
  /** Each as a process of its own, which can be stopped alone. */
  services: Record<"ingress" | "worker" | "board", ServiceProcess>;
}

/** What this system keeps in its data folder, the servers' data included. */
const ownNames = new Set([
  ...["logs", "secrets.json", "api-key", "fleetkeeper.env"],
  ...["redis", "mongodb", "ferretdb"],
]);

/** How many accounts the simulated Trackunit has at first, and how large the first one's fleet is. */
const demoAccounts = [
  { name: "Nordic Rental", assets: 250 },
  { name: "Baltic Cranes", assets: 1_200 },
  { name: "Fjord Excavation", assets: 40 },
];

/** Of the worker's. Not the keys of credentials: the API has none. */
const variablesOfApi = [
  ...["REDIS_URL", "REDIS_NAMESPACE", "MONGODB_URL", "LOG_LEVEL", "TOKEN_KEY", "SEALING_PUBLIC_KEY"],
  ...["NOTIFY_ADDRESSES", "TRACKUNIT_TOKEN_URL", "TRACKUNIT_API_URL", "TRACKUNIT_SCOPES"],
];

export async function startSystem(options: SystemOptions): Promise<System> {
  const { dataDir, env, progress, anyPorts, withApi, prepare, onInstallable } = options;
  const { environmentOf, onUnexpectedEnd, defer } = options;
  const logDir = join(dataDir, "logs");
  makePrivateFolder(dataDir, (name) => ownNames.has(name.replace(/\.new$/, "")));
  await mkdir(logDir, { recursive: true });

  // What needs no server is made meanwhile.
  const stackStarts = startLocalStack({ dataDir, env, onProgress: (line) => progress.step(line) });
  stackStarts.then((stack) => defer(() => stack.close())).catch(() => undefined);

  const { secrets, created } = await loadSecrets(dataDir);
  progress.step(created ? "keys and a board password made" : "keys and board password of the previous start");

  const wanted = async (name: string, byDefault: number) => {
    if (!env[name]) return freePort(anyPorts ? 0 : byDefault);
    try {
      return await freePort(Number(env[name]), { isFixed: true });
    } catch (cause) {
      throw new Error(`${name}: ${(cause as Error).message}`, { cause });
    }
  };
  const ports = {
    ingress: await wanted("INGRESS_PORT", 3000),
    board: await wanted("BOARD_PORT", 3001),
    simulator: await wanted("SIMULATOR_PORT", 3002),
    ingressOps: await wanted("OPS_PORT", 9464),
    workerOps: await freePort(0),
    api: await wanted("API_PORT", 3003),
  };
  const ingressUrl = `http://127.0.0.1:${ports.ingress}`;
  // A bad one is refused by the ingress, in words.
  const ingressPath = sharedVariables.INGRESS_PATH.safeParse(env.INGRESS_PATH || undefined);
  const basePath = ingressPath.data ?? "";
  const callbackUrl = `${ingressUrl}${basePath}/appinstall`;
  const boardUrl = `http://127.0.0.1:${ports.board}`;

  const simulator = await startSimulator({
    port: ports.simulator,
    callbackUrl,
    changeEveryMs: 30_000,
  });
  defer(() => simulator.close());
  for (const account of demoAccounts) simulator.addAccount(account);

  const stack = await stackStarts;
  const mongodbUrl = withDatabase(stack.mongodb.url);
  const boardUser = env.BOARD_USER ?? "operator";
  const boardPassword = env.BOARD_PASSWORD ?? secrets.boardPassword;
  const environments = serviceEnvironments({
    env,
    secrets,
    simulator,
    ports,
    redisUrl: stack.redis.url,
    mongodbUrl,
    boardUser,
    boardPassword,
  });
  // The worker makes the indexes.
  const store = await openStore({ mongodbUrl, indexes: "leave" });
  defer(() => store.close());
  await prepare?.({ store, secrets });
  const started: ServiceProcess[] = [];
  defer(() => Promise.all(started.map((process) => process.stop())));
  const [ingress, worker] = await Promise.all([start("ingress"), start("worker")]);
  progress.step("ingress and worker are ready");

  const opsUrls = [ports.ingressOps, ports.workerOps].map((port) => `http://127.0.0.1:${port}`);
  const installable: InstallableSystem = {
    store,
    mongodbUrl,
    redisUrl: stack.redis.url,
    simulator,
    ingressUrl,
    callbackUrl,
    boardUrl,
    boardUser,
    boardPassword,
    opsUrls,
    logDir,
    webhookEndpointOf: (installationId) =>
      webhookEndpointOf({ store, secrets, baseUrl: ingressUrl + basePath, installationId }),
  };
  const [board, api] = await Promise.all([
    start("board"),
    withApi ? startApi() : undefined,
    onInstallable?.(installable),
  ]);

  const commandsEnv = join(dataDir, "fleetkeeper.env");
  await writeFile(commandsEnv, environmentFile(environments), { mode: 0o600 });
  defer(() => rm(commandsEnv, { force: true }));
  return { ...installable, services: { ingress, worker, board }, ...(api && { api }) };

  function environmentFor(name: ServiceEnvironment["name"]): ServiceEnvironment {
    const found = environments.find((one) => one.name === name);
    if (found === undefined) throw new TypeError(`no environment for ${name}`);
    return found;
  }

  async function start(name: ServiceEnvironment["name"]): Promise<ServiceProcess> {
    const service = environmentFor(name);
    const env = { ...service.env, ...environmentOf?.(name) };
    const logPath = join(logDir, `${name}.log`);
    const process = await startService({ ...service, env, logPath, onUnexpectedEnd });
    started.push(process);
    return process;
  }

  async function startApi(): Promise<DemoApi> {
    const { env: known } = environmentFor("worker");
    const env = Object.fromEntries(variablesOfApi.map((name) => [name, known[name] ?? ""]));
    const { process, ...api } = await startDemoApi({ store, dataDir, port: ports.api, env, onUnexpectedEnd });
    started.push(process);
    return api;
  }
}

function withDatabase(mongodbUrl: string): string {
  const url = new URL(mongodbUrl);
  if (url.pathname.length <= 1) url.pathname = "/fleetkeeper";
  return url.href;
}
