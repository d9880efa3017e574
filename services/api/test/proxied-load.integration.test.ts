// Many proxied requests for many accounts over two API processes while a worker syncs, by command only:
// PROXIED_REQUESTS and PROXIED_ACCOUNTS say how many.

import { setTimeout as sleep } from "node:timers/promises";
import type { SimulatedAccount } from "@fleetkeeper/simulator";
import { inBackground, spawnService } from "@fleetkeeper/test-worlds";
import { expect, onTestFinished, test, vi } from "vitest";
import { setup } from "./world.ts";

const requests = Number(process.env.PROXIED_REQUESTS ?? 0);
const accounts = Number(process.env.PROXIED_ACCOUNTS ?? 100);
const atOnce = 20;
/** Of each way, to compare what both take. */
const timed = 1_000;
const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

test.skipIf(requests === 0)(
  "every answer is the account's own, its limits hold together with its syncs, and it has one token",
  async () => {
    const world = await setup();
    const { simulator } = world;
    const spawned = {
      worker: spawnService("worker", world.env),
      apis: [spawnApi(), spawnApi()],
    };
    onTestFinished(async () => {
      await Promise.all([spawned.worker, ...spawned.apis].map(({ kill }) => kill("SIGTERM")));
    });
    const origins = await Promise.all(spawned.apis.map(({ listening }) => listening));
    const all = Array.from({ length: accounts }, () => simulator.addAccount({ assets: 5 }));
    for (const account of all) await world.install(account);
    await vi.waitFor(
      async () => {
        for (const account of all) {
          const found = await world.store.installations.find(world.installationIdOf(account));
          expect(found?.lastToken?.outcome).toBe("granted");
        }
      },
      { timeout: 300_000, interval: 500 },
    );
    const { key } = await world.makeKey(["proxy", "tokens:read", "syncs:write"]);
    /** Whose each asset is. */
    const owners = new Map(
      all.flatMap((account) =>
        account.assets().flatMap(({ id }) => (id.match(uuid) ?? []).map((bare) => [bare, account.accountId])),
      ),
    );

    const tally = { answered: 0, limited: 0 };
    let next = 0;
    const stalls = watchStalls();
    const startedAtMs = performance.now();
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        while (next < requests) await askOnce(next++);
      }),
    );
    const perSecond = Math.round((1_000 * requests) / (performance.now() - startedAtMs));
    const added = await delaysAt(perSecond / 2);

    const exceeded = simulator.requests.limitsExceeded();
    const unexplained = exceeded.filter(({ at }) => !stalls.explain(at));
    const counts = { exceeded: exceeded.length, unexplained: unexplained.length, ...stalls.end() };
    console.log(JSON.stringify({ requests, accounts, ...tally, perSecond, ...counts, ...added }));
    expect(tally.answered).toBeGreaterThan(requests / 2);
    expect(unexplained).toEqual([]);
    expect(all.map((account) => account.tokenCalls)).toEqual(all.map(() => 1));

    function spawnApi() {
      const env = { API_PORT: "0", API_KEY_REQUESTS_PER_SECOND: "10000", LOG_LEVEL: "info" };
      return spawnService("api", { ...world.env, ...env });
    }

    async function askOnce(number: number): Promise<void> {
      const account = all[number % accounts] as SimulatedAccount;
      const base = `${origins[number % 2]}/v1/accounts/${account.accountId}`;
      if (number % 50 === 0) await ask(key, `${base}/syncs/assets/run`, "POST");
      // Every fourth is of a family with a limit, one request a second, which the syncs need too.
      const path = number % 4 === 0 ? "/api/location/v1/locations?size=2" : "/api/asset/v1/assets?size=2";
      const answer = await ask(key, `${base}/trackunit${path}`);
      const text = await answer.text();
      if (answer.status === 429) {
        expect(JSON.parse(text).code).toBe("ERR_TRACKUNIT_LIMIT");
        tally.limited += 1;
        return;
      }
      expect(answer.status).toBe(200);
      tally.answered += 1;
      const told = [...text.matchAll(uuid)].map(([id]) => owners.get(id)).filter((one) => one !== undefined);
      expect(new Set(told)).toEqual(new Set([account.accountId]));
    }

    /**
     * Requests at a steady rate, through an API and without one in turn: the median and one in a hundred of
     * each, in ms.
     */
    async function delaysAt(rate: number) {
      const path = "/api/asset/v1/assets?size=2";
      const tokens = new Map<string, string>();
      for (const { accountId } of all) {
        const answer = await ask(key, `${origins[0]}/v1/accounts/${accountId}/token`, "POST");
        tokens.set(accountId, ((await answer.json()) as { accessToken: string }).accessToken);
      }
      const took = { direct: [] as number[], proxied: [] as number[] };
      const running: Promise<unknown>[] = [];
      const beganAtMs = performance.now();
      for (let number = 0; number < 2 * timed; number++) {
        await sleep(Math.max(0, beganAtMs + (1_000 * number) / (2 * rate) - performance.now()));
        const accountId = (all[number % accounts] as SimulatedAccount).accountId;
        const isDirect = number % 2 === 0;
        const asked = isDirect
          ? ask(tokens.get(accountId) ?? "", `${simulator.apiUrl}${path}`)
          : ask(key, `${origins[(number >> 1) % 2]}/v1/accounts/${accountId}/trackunit${path}`);
        const sentAtMs = performance.now();
        running.push(
          inBackground(
            asked
              .then((answer) => answer.text())
              .then(() => took[isDirect ? "direct" : "proxied"].push(performance.now() - sentAtMs)),
          ),
        );
      }
      await Promise.all(running);
      return { direct: quantiles(took.direct), proxied: quantiles(took.proxied) };
    }
  },
  1_800_000,
);

/**
 * The simulator counts in this process: a request that comes while it stands still is counted later, nearer
 * to the next one.
 */
function watchStalls() {
  const leastMs = 100;
  const stalls: { fromMs: number; toMs: number }[] = [];
  let lastMs = Date.now();
  const timer = setInterval(() => {
    const nowMs = Date.now();
    if (nowMs - lastMs > leastMs) stalls.push({ fromMs: lastMs, toMs: nowMs });
    lastMs = nowMs;
  }, 10);
  return {
    /** Whether this or the request before it, a window ago, may have been counted late. */
    explain(at: Date): boolean {
      const atMs = at.getTime();
      return stalls.some(({ fromMs, toMs }) => atMs >= fromMs && atMs <= toMs + 1_500);
    },
    end() {
      clearInterval(timer);
      return {
        stalls: stalls.length,
        longestStallMs: Math.max(0, ...stalls.map(({ fromMs, toMs }) => toMs - fromMs)),
      };
    },
  };
}

function ask(bearer: string, address: string, method = "GET"): Promise<Response> {
  return fetch(address, {
    method,
    headers: { authorization: `Bearer ${bearer}` },
    signal: AbortSignal.timeout(40_000),
  });
}

function quantiles(times: number[]) {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => Math.round((sorted[Math.floor(sorted.length * share)] ?? 0) * 10) / 10;
  return { p50: at(0.5), p99: at(0.99) };
}
