import { type Generation, installationIdOf } from "@fleetkeeper/model";
import { startSimulator } from "@fleetkeeper/simulator";
import { defaultAbsenceRules } from "@fleetkeeper/store";
import { builtInSyncs } from "@fleetkeeper/syncs";
import { createLog, noTraces } from "@fleetkeeper/telemetry";
import { testRedis, testStore } from "@fleetkeeper/test-worlds";
import { createRedisLimiter, createTrackunit } from "@fleetkeeper/trackunit";
import { Agent, request } from "undici";
import { expect, onTestFinished, test } from "vitest";
import { createWorkerMetrics } from "../src/metrics.ts";
import { createRunSlice } from "../src/run-slice.ts";

const minuteMs = 60_000;
const leaseMs = 10 * minuteMs;

/**
 * An account whose every sync is due once a minute, over some minutes on a clock that the test turns:
 * simulator, limiter and schedule all go by it. What is due runs as a worker would run it, one slice at a
 * time.
 */
async function simulate(minutes: number, how: { limited: boolean }) {
  let clock = new Date("2026-01-01T00:00:00Z").getTime();
  const now = () => new Date(clock);
  const { namespace, store } = await testStore();
  const { redis } = await testRedis(namespace);
  const simulator = await startSimulator({ now, tokenLifetimeS: 86_400 });
  const account = simulator.addAccount({ assets: 120, events: 1_200 });
  const dispatcher = new Agent();
  onTestFinished(async () => {
    await dispatcher.destroy();
    await simulator.close();
  });
  const form = {
    grant_type: "client_credentials",
    client_id: account.clientId,
    client_secret: account.clientSecret,
  };
  const answer = await request(simulator.tokenUrl, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ ...form, scope: simulator.settings.scopes.join(" ") }).toString(),
  });
  const { access_token } = (await answer.body.json()) as { access_token: string };
  const limiter = createRedisLimiter({ redis, namespace, now });
  const runSlice = createRunSlice({
    store,
    trackunit: createTrackunit({
      apiUrl: simulator.apiUrl,
      dispatcher,
      getAccessToken: async () => access_token,
      ...(how.limited ? { limiter } : {}),
    }),
    definitions: new Map(
      builtInSyncs.map((definition) => [definition.name, { ...definition, intervalMs: minuteMs }]),
    ),
    log: createLog({ service: "test", level: "silent" }),
    metrics: createWorkerMetrics(),
    traces: noTraces,
    now,
    slicePages: 5,
    sliceMs: 60_000,
    pageMs: 60_000,
    leaseMs,
    absence: defaultAbsenceRules,
  });
  const installationId = installationIdOf(simulator.settings.app, account.accountId);
  await store.syncs.plan(
    { _id: installationId, generation: "1" as Generation, state: "active" },
    builtInSyncs.map(({ name }) => name),
    { now: now() },
  );
  const place = { signal: new AbortController().signal, mayBeKept: () => false };
  const waits = new Set<string>();
  const end = clock + minutes * minuteMs;
  for (; clock < end; clock += 15_000) {
    for (const due of await store.syncs.due(now(), 100)) {
      const [job] = await store.syncs.dispatch([due], now(), new Date(end + minuteMs));
      const run = job && (await store.syncs.start(job.syncId, job.fencingToken, { leaseMs, now }));
      if (run !== undefined) await runSlice(run, place);
      const sync = await store.syncs.find(due._id);
      if (sync?.waiting.for === "rate-limit") waits.add(sync.waiting.family);
    }
  }
  return { exceeded: simulator.requests.limitsExceeded(), requests: simulator.requests.byOperation(), waits };
}

test("in an hour of everything due once a minute no documented limit is exceeded, and without the limiter they are", {
  timeout: 300_000,
}, async () => {
  const { exceeded, requests, waits } = await simulate(60, { limited: true });
  expect(exceeded).toEqual([]);
  expect(requests["rest.event-log"]).toBeLessThanOrEqual(4);
  expect(requests["rest.event-log"]).toBeGreaterThanOrEqual(3);
  expect(waits).toContain("event-log");
  expect(waits).toContain("aemp-fleet");
  const unlimited = await simulate(6, { limited: false });
  expect(unlimited.exceeded.map(({ limit }) => limit)).toContain("event-log");
});
