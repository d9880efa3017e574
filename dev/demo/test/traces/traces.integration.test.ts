import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { installationIdOf } from "@fleetkeeper/model";
import { findKeys } from "@fleetkeeper/redis";
import { createCacheSealing } from "@fleetkeeper/sealing";
import { expect, onTestFinished, test, vi } from "vitest";
import { readLogs, runSystem } from "../running-system.ts";
import { startOtlpReceiver } from "./otlp-receiver.ts";

const patient = { timeout: 60_000, interval: 100 };

async function setup() {
  const receiver = await startOtlpReceiver();
  onTestFinished(() => void receiver.close());
  const system = await runSystem({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, LOG_LEVEL: "debug" });
  const account = system.simulator.addAccount({ assets: 150 });
  const id = installationIdOf(system.simulator.settings.app, account.accountId);
  return { receiver, system, account, id };
}

test("one trace leads from the callback through the queues to the records, and the logs name it", async () => {
  const { receiver, system, account, id } = await setup();
  expect((await system.simulator.install(account.accountId)).status).toBe(202);
  const wanted = [
    "callback.verify",
    "callback.bind",
    "callback.seal",
    "callback.enqueue",
    "callback.confirm",
    "install job",
    "prewarm job",
    "sync slice",
    "token.request",
    "api.page",
    "records.write",
  ];
  const ofTrace = await vi.waitFor(() => {
    const callback = receiver.spans.find(({ name }) => name === "callback");
    const spans = receiver.spans.filter(({ traceId }) => traceId === callback?.traceId);
    expect(spans.map(({ name }) => name)).toEqual(expect.arrayContaining(wanted));
    // A span is sent when it ends, and those within it are sent before.
    const known = new Set(spans.map(({ spanId }) => spanId));
    const torn = spans.filter(({ parentSpanId }) => parentSpanId && !known.has(parentSpanId));
    expect(torn.map(({ name }) => name)).toEqual([]);
    return spans;
  }, patient);
  expect(new Set(ofTrace.map(({ service }) => service))).toEqual(
    new Set(["fleetkeeper-ingress", "fleetkeeper-worker"]),
  );
  const traceId = ofTrace[0]?.traceId;
  const lines = (await readLogs(system.logDir)).split("\n").filter((line) => line.includes(`"${traceId}"`));
  const events = lines.map((line) => JSON.parse(line));
  expect(events.map(({ msg }) => msg)).toEqual(
    expect.arrayContaining(["callback accepted", "sync run succeeded", "job done"]),
  );
  expect(events.find(({ msg }) => msg === "sync run succeeded")).toMatchObject({
    installationId: id,
    accountId: account.accountId,
  });
  const roots = receiver.spans.filter(({ parentSpanId }) => !parentSpanId).map(({ name }) => name);
  expect(roots.filter((name) => /getNextJob|extendLocks|stalled/i.test(name))).toEqual([]);
});

test("no secret is in what is sent, also where something fails", async () => {
  const { receiver, system, account, id } = await setup();
  const { simulator, redis, namespace, dataDir } = system;
  const refused = simulator.addAccount({ assets: 1 });
  const canary = `canary-${refused.clientSecret}`;
  await simulator.install(account.accountId);
  await simulator.install(refused.accountId, { extra: { clientSecret: canary } });
  await simulator.install(refused.accountId, { type: "OTHER", extra: { clientSecret: canary } });
  await simulator.install(refused.accountId, { irisAppId: "@not/allowed", extra: { clientSecret: canary } });
  await vi.waitFor(() => {
    const failed = receiver.spans.filter(({ status }) => status.code === 2).map(({ name }) => name);
    expect(failed).toEqual(expect.arrayContaining(["callback", "token.request"]));
    expect(receiver.spans.map(({ name }) => name)).toContain("records.write");
  }, patient);

  const secrets = JSON.parse(await readFile(join(dataDir, "secrets.json"), "utf8"));
  const { open } = await createCacheSealing(JSON.parse(secrets.tokenKey));
  const keys = await findKeys(redis, `*${namespace}*${account.accountId}*:token:*`);
  const [key = ""] = keys.filter((one) => !one.endsWith(":lock"));
  const sealed = (await redis.getBuffer(key)) ?? Buffer.alloc(0);
  const { accessToken } = JSON.parse(await open(sealed, { installationId: id, purpose: "access-token" }));
  for (const secret of [
    account.clientSecret,
    refused.clientSecret,
    canary,
    accessToken,
    sealed.toString("base64"),
    "eyJ",
  ])
    expect(receiver.raw()).not.toContain(secret);
});

test("if the collector is unavailable, only its traces are lost", async () => {
  const receiver = await startOtlpReceiver();
  receiver.close();
  const system = await runSystem({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url });
  const account = system.simulator.addAccount({ assets: 5 });
  expect((await system.simulator.install(account.accountId)).status).toBe(202);
  await vi.waitFor(async () => {
    const id = installationIdOf(system.simulator.settings.app, account.accountId);
    const syncs = await system.store.syncs.ofInstallation(id);
    expect(syncs.find(({ sync }) => sync === "assets")?.lastRun?.outcome).toBe("succeeded");
  }, patient);
});

test("without an endpoint nothing of OpenTelemetry's SDK is loaded", async () => {
  const loaded = await modulesLoadedBy(`
    const { startTraces } = await import("@fleetkeeper/telemetry");
    const traces = await startTraces({ service: "test", endpoint: undefined });
    await import(${JSON.stringify(new URL("../../../../services/ingress/src/ingress.ts", import.meta.url).href)});
    await import(${JSON.stringify(new URL("../../../../services/worker/src/worker.ts", import.meta.url).href)});
    if (traces.on) throw new Error("traces are on");`);
  expect(loaded.length).toBeGreaterThan(100);
  // prom-client loads the API, which is types and no-ops.
  const sdk = /node_modules\/(@opentelemetry\/(?!api\/)|bullmq-otel\/)/;
  expect(loaded.filter((url) => sdk.test(url))).toEqual([]);
});

/** The URLs of all modules that a process loads which runs this script. */
async function modulesLoadedBy(script: string): Promise<string[]> {
  const recorder = `
    import { registerHooks } from "node:module";
    const loaded = [];
    registerHooks({ load: (url, context, next) => { loaded.push(url); return next(url, context); } });
    ${script}
    console.log(JSON.stringify(loaded));`;
  const args = ["--input-type=module", "--eval", recorder];
  const cwd = join(import.meta.dirname, "../..");
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd, maxBuffer: 16 * 1024 * 1024 });
  return JSON.parse(stdout);
}
