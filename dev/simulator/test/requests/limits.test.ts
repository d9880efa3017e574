import { expect, test } from "vitest";
import { clientOf, setup } from "../setup.ts";

const eventLog = "/public/api/eventlog/v3/asset-event/log";

async function setupAccount(enforceLimits: boolean) {
  const { simulator, clock } = await setup({ enforceLimits });
  const account = simulator.addAccount();
  return { simulator, clock, account, client: await clientOf(simulator, account) };
}

test("an exceeded limit is noted and answered as usual", async () => {
  const { simulator, account, client } = await setupAccount(false);
  const statuses = [];
  for (let call = 0; call < 3; call++) statuses.push((await client.postJson(eventLog, {})).status);
  expect(statuses).toEqual([200, 200, 200]);
  expect(simulator.requests.limitsExceeded(account.accountId)).toMatchObject([{ limit: "event-log" }]);
});

test("an enforced limit answers 429 until the window has moved on", async () => {
  const { clock, client } = await setupAccount(true);
  await client.postJson(eventLog, {});
  clock.forward(10 * 60_000);
  await client.postJson(eventLog, {});
  const refused = await client.postJson(eventLog, {});
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "1200"]);
  clock.forward(20 * 60_000);
  expect((await client.postJson(eventLog, {})).status).toBe(200);
});

test("locations are limited by page, and each account apart", async () => {
  const { simulator, client } = await setupAccount(true);
  const other = await clientOf(simulator, simulator.addAccount());
  const path = "/api/location/v1/locations";
  const statuses = [
    await client.get(path),
    await client.get(`${path}?page=1`),
    await other.get(path),
    await client.get(path),
  ];
  expect(statuses.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
});

test("AEMP allows a repeated page from a pool of fifty", async () => {
  const { client } = await setupAccount(true);
  const statuses = [];
  for (let call = 0; call < 52; call++)
    statuses.push((await client.get("/public/api/aemp/v2/15143/-3/Fleet/1")).status);
  expect(statuses.filter((status) => status === 200)).toHaveLength(51);
  expect(statuses.at(-1)).toBe(429);
});

test("the most requests at the same time are known, by account and operation", async () => {
  const { simulator, account, client } = await setupAccount(false);
  simulator.faults.add({ kind: "delay", delayMs: 100, times: 3, operation: "rest.assets" });
  await Promise.all([1, 2, 3].map(() => client.get("/api/asset/v1/assets")));
  await client.get("/api/asset/v1/assets");
  const filter = { accountId: account.accountId, operation: "rest.assets" };
  expect(simulator.requests.maxConcurrent(filter)).toBe(3);
  expect(simulator.requests.count(filter)).toBe(4);
  expect(simulator.requests.byOperation(account.accountId)).toMatchObject({ apptoken: 1, "rest.assets": 4 });
  simulator.requests.reset();
  expect(simulator.requests.count()).toBe(0);
});
