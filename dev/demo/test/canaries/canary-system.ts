// Each service as a process whose configuration is full of canaries, and everything that can be read of them.

import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startRedis, testNamespace } from "@fleetkeeper/local-stack";
import { connected, connectProducer } from "@fleetkeeper/redis";
import { startSimulator } from "@fleetkeeper/simulator";
import { openStore } from "@fleetkeeper/store";
import { MongoClient } from "mongodb";
import { inject, onTestFinished, vi } from "vitest";
import { freePort } from "../../src/free-port.ts";
import { spawnService } from "../../src/service-process.ts";
import { startAdversary } from "./adversary.ts";
import { makeCanaries } from "./canary-values.ts";

export type Service = "ingress" | "worker" | "board" | "api";
export const services: readonly Service[] = ["ingress", "worker", "board", "api"];
export const patient = { timeout: 60_000, interval: 100 };

/** Servers and configuration; no service runs yet. Ends with the test. */
export async function createCanarySystem() {
  const namespace = testNamespace();
  const folder = await mkdtemp(join(tmpdir(), "fleetkeeper-canaries-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const server = await startRedis({ own: true });
  onTestFinished(() => server.close());
  const redis = connectProducer(server.url);
  onTestFinished(() => redis.disconnect());
  await connected(redis);
  const simulator = await startSimulator();
  onTestFinished(() => simulator.close());
  const adversary = await startAdversary();
  const mongodbUrl = new URL(`/${namespace}`, inject("mongodbUrl")).href;
  const store = await openStore({ mongodbUrl });
  const mongo = await MongoClient.connect(mongodbUrl);
  onTestFinished(async () => {
    await mongo.db(namespace).dropDatabase();
    await mongo.close();
    await store.close();
  });

  const { values, beside } = await makeCanaries({
    redisUrl: server.url,
    mongodbUrl,
    keySetUrl: simulator.jwksUrl,
    tokenUrl: simulator.tokenUrl,
    proxyUrl: adversary.url,
  });
  /** The password that the canary in REDIS_URL is, or another one from now on. */
  const setRedisPassword = async (
    password = decodeURIComponent(new URL(values.REDIS_URL.value).password),
  ) => {
    await redis.call("ACL", "SETUSER", "canary", "on", "resetpass", `>${password}`, "~*", "&*", "+@all");
    await redis.call("CLIENT", "KILL", "USER", "canary");
  };
  await setRedisPassword();

  const ports = Object.fromEntries(
    await Promise.all(
      [...services, "ingressOps", "workerOps", "apiOps"].map(async (name) => [name, await freePort(0)]),
    ),
  );
  const urlOf = (name: string) => `http://127.0.0.1:${ports[name]}`;
  const canaries: Record<string, string> = Object.fromEntries(
    Object.entries(values).map(([name, { value }]) => [name, value]),
  );
  /** All that the services read; those that a service does not read are in its environment all the same. */
  const env: Record<string, string> = {
    ...canaries,
    ...beside,
    MONGODB_URL: mongodbUrl,
    REDIS_NAMESPACE: namespace,
    TRACKUNIT_API_URL: simulator.apiUrl,
    TRACKUNIT_APP_IDS: simulator.settings.app,
    TRACKUNIT_SCOPES: simulator.settings.scopes.join(" "),
    BOARD_USER: "operator",
    BOARD_VIEWER_USER: "viewer",
    BOARD_PUBLIC_URL: urlOf("board"),
    BOARD_OIDC_ISSUER: adversary.issuer,
    BOARD_OIDC_CLIENT_ID: "board",
    OTEL_EXPORTER_OTLP_ENDPOINT: `${adversary.url}/otlp`,
    LOG_LEVEL: "trace",
    INGRESS_PORT: String(ports.ingress),
    BOARD_PORT: String(ports.board),
    API_PORT: String(ports.api),
  };

  return {
    namespace,
    redis,
    store,
    db: mongo.db(namespace),
    simulator,
    adversary,
    env,
    /**
     * The values with a canary; that of MONGODB_URL is not in `env`: the test's server refuses logins with
     * it.
     */
    canaries,
    setRedisPassword,
    urlOf,
    /** Of every canary, and of every account of the simulated Trackunit with its tokens. */
    secrets: () => [
      ...Object.entries(values).flatMap(([name, { secrets }]) => secrets.map((secret) => ({ name, secret }))),
      ...simulator.accounts().map(({ clientSecret }) => ({ name: "clientSecret", secret: clientSecret })),
      ...simulator.accessTokens().map((secret) => ({ name: "access token", secret })),
    ],
    run: (service: Service, extra: Record<string, string> = {}) =>
      runService(service, join(folder, `${service}-${randomUUID()}.log`), {
        ...env,
        OPS_PORT: String(ports[`${service}Ops`] ?? 0),
        ...extra,
      }),
  };
}

function runService(name: Service, logPath: string, env: Record<string, string>) {
  const child = spawnService({ name, env: { ...env }, logPath });
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  };
  onTestFinished(stop);
  const log = () => readFile(logPath, "utf8");
  return {
    name,
    log,
    /** Waits until the log has a line like this. */
    seen: (line: RegExp) =>
      vi.waitFor(async () => {
        if (!line.test(await log())) throw new Error(`the ${name}'s log has no ${line}`);
      }, patient),
    stop,
  };
}
