// Many proxied requests for many accounts over two APIs while syncs run, by command only: PROXIED_REQUESTS and PROXIED_ACCOUNTS say
// how many. All of it is in one process, so that the limits are judged only where that was not stopped for longer than their margin.

import { monitorEventLoopDelay } from "node:perf_hooks";
import { documentedLimits } from "@fleetkeeper/trackunit";
import { expect, test, vi } from "vitest";
import { setup } from "./world.ts";

const requests = Number(process.env.PROXIED_REQUESTS ?? 0);
const accounts = Number(process.env.PROXIED_ACCOUNTS ?? 10);
const atOnce = 20;
const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

test.skipIf(requests === 0)(
  "every answer is the account's own, its limits hold beside its syncs, and it has one token",
  async () => {
    const { ask, url, startOne, startWorker, makeKey, simulator, install, store, installationIdOf } =
      await setup({ API_KEY_REQUESTS_PER_SECOND: "10000" });
    await startWorker();
    const other = await startOne();
    const all = Array.from({ length: accounts }, () => simulator.addAccount({ assets: 5 }));
    for (const account of all) await install(account);
    await vi.waitFor(
      async () => {
        for (const account of all) {
          const found = await store.installations.find(installationIdOf(account));
          expect(found?.lastToken?.outcome).toBe("granted");
        }
      },
      { timeout: 300_000, interval: 500 },
    );
    const { key } = await makeKey(["proxy", "tokens:read", "syncs:write"]);
    /** Whose each asset is. */
    const owners = new Map(
      all.flatMap((account) =>
        account.assets().flatMap(({ id }) => (id.match(uuid) ?? []).map((bare) => [bare, account.accountId])),
      ),
    );
    const tokenCalls = all.map((account) => account.tokenCalls);
    const tally = { answered: 0, limited: 0 };

    const askOnce = async (number: number) => {
      const account = all[number % accounts];
      const base = `/v1/accounts/${account?.accountId}`;
      const asker = number % 2 === 0 ? ask : other.ask;
      if (number % 50 === 0) await asker(key, `${base}/syncs/assets/run`, { method: "POST" });
      // Every fourth is of a family with a limit, one request a second, which the syncs need too.
      const path = number % 4 === 0 ? "/api/location/v1/locations?size=2" : "/api/asset/v1/assets?size=2";
      const answer = await asker(key, `${base}/trackunit${path}`);
      if (answer.status === 429) {
        expect(answer.json().code).toBe("ERR_TRACKUNIT_LIMIT");
        tally.limited += 1;
        return;
      }
      expect(answer.status).toBe(200);
      tally.answered += 1;
      const told = [...answer.text.matchAll(uuid)]
        .map(([id]) => owners.get(id))
        .filter((one) => one !== undefined);
      expect(new Set(told)).toEqual(new Set([account?.accountId]));
    };
    const stalls = monitorEventLoopDelay({ resolution: 10 });
    stalls.enable();
    let next = 0;
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        while (next < requests) await askOnce(next++);
      }),
    );

    expect(tally.answered).toBeGreaterThan(requests / 2);
    stalls.disable();
    const stalledMs = Math.round(stalls.max / 1e6);
    const exceeded = simulator.requests.limitsExceeded();
    const figures = { requests, accounts, ...tally, exceeded: exceeded.length, stalledMs };
    console.log(JSON.stringify({ ...figures, ...(await delays()) }));
    const marginMs = documentedLimits.locations?.marginMs ?? 0;
    if (stalledMs < marginMs) expect(exceeded).toEqual([]);
    expect(all.map((account) => account.tokenCalls)).toEqual(tokenCalls);
    expect(tokenCalls).toEqual(all.map(() => 1));

    /** Of one request at a time, through the API and without it, in turn: the median and one in a hundred, in ms. */
    async function delays() {
      const account = all[0];
      const path = "/api/asset/v1/assets?size=2";
      const token = (await ask(key, `/v1/accounts/${account?.accountId}/token`, { method: "POST" })).json();
      const direct: number[] = [];
      const proxied: number[] = [];
      for (let time = 0; time < 300; time++) {
        direct.push(await took(`${simulator.apiUrl}${path}`, token.accessToken));
        proxied.push(await took(`${url}/v1/accounts/${account?.accountId}/trackunit${path}`, key));
      }
      return { direct: quantiles(direct), proxied: quantiles(proxied) };
    }
  },
  1_200_000,
);

async function took(address: string, bearer: string): Promise<number> {
  const began = performance.now();
  await (await fetch(address, { headers: { authorization: `Bearer ${bearer}` } })).text();
  return performance.now() - began;
}

function quantiles(times: number[]) {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => Math.round((sorted[Math.floor(sorted.length * share)] ?? 0) * 10) / 10;
  return { p50: at(0.5), p99: at(0.99) };
}
