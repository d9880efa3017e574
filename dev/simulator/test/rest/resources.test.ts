import { expect, test } from "vitest";
import { restLocation, restSite } from "../../src/index.ts";
import { clientOf, setup } from "../setup.ts";

async function setupAccount() {
  const { simulator, clock } = await setup();
  const account = simulator.addAccount({ assets: 30, events: 300 });
  return { simulator, clock, account, client: await clientOf(simulator, account) };
}

test("locations are GeoJSON features of the same assets", async () => {
  const { account, client } = await setupAccount();
  const { body } = await client.get("/api/location/v1/locations?size=100");
  expect(body.content).toEqual(account.assets().map(restLocation));
  const [longitude, latitude] = body.content[0].geometry.coordinates;
  const { location } = account.asset(body.content[0].properties.assetId) ?? {};
  expect([longitude, latitude]).toEqual([location?.longitude, location?.latitude]);
});

test("sites are listed and read one by one; another account's is 403, one that does not exist 404", async () => {
  const { simulator, account, client } = await setupAccount();
  const { body } = await client.get("/api/site/v1/sites?size=100");
  expect(body.content).toEqual(account.sites().map(restSite));
  const [site] = body.content;
  expect((await client.get(`/api/site/v1/sites/${site.id}`)).body).toEqual(site);
  const foreign = simulator.addAccount().records.sites.idAt(0);
  expect((await client.get(`/api/site/v1/sites/${foreign}`)).status).toBe(403);
  expect((await client.get("/api/site/v1/sites/00000000-0000-4000-8000-000000000000")).status).toBe(404);
});

test("the site history tells when an asset was on its site, inside the window", async () => {
  const { account, client } = await setupAccount();
  const onSite = account.assets().find(({ siteId }) => siteId !== null);
  const window = "fromTime=2026-02-23T00:00:00Z&toTime=2026-03-02T00:00:00Z";
  const { body } = await client.get(`/api/site/v1/sites/history?assetIds=${onSite?.id}&${window}`);
  expect(body.totalElements).toBe(5);
  for (const visit of body.content) {
    expect(visit).toMatchObject({ siteId: onSite?.siteId, assetId: onSite?.id });
    expect(visit.enteredAt >= "2026-02-23" && visit.leftAt > visit.enteredAt).toBe(true);
  }
  expect((await client.get("/api/site/v1/sites/history")).status).toBe(400);
});

test("alert configurations come in pages", async () => {
  const { account, client } = await setupAccount();
  const { body } = await client.get("/api/alerts/v1/configurations?size=2");
  expect(body).toMatchObject({ totalPages: 2, content: account.alertConfigurations().slice(0, 2) });
});

test("the event log keeps to its window and its filters", async () => {
  const { clock, account, client } = await setupAccount();
  const all = { type: [], criticality: [], status: [] };
  const [fromTime, toTime] = [new Date(clock.now().getTime() - 10 * 86_400_000), clock.now()];
  const path = "/public/api/eventlog/v3/asset-event/log?size=1000";
  const everything = (await client.postJson(path, { fromTime, toTime })).body;
  expect(everything.content).toEqual(account.eventLog.select({ fromTime, toTime, ...all }));
  expect(everything.totalElements).toBe(100);
  const filter = { type: ["ALERT"], criticality: ["CRITICAL"], status: ["OPEN"] };
  const some = (await client.postJson(path, { fromTime, toTime, ...filter })).body.content;
  expect(some.length).toBeGreaterThan(0);
  expect(some).toEqual(account.eventLog.select({ fromTime, toTime, ...filter }));
  expect((await client.postJson(path, { fromTime: "yesterday" })).body.violations[0].field).toBe("fromTime");
});

test("a time series has Prometheus' shape, and is empty without data", async () => {
  const { account, client } = await setupAccount();
  const [asset] = account.assets();
  const query = (name: string, time: string) =>
    client.get(`/api/time-series/v1/assets/${asset?.id}/prometheus/api/v1/query?query=${name}&time=${time}`);
  const { body } = await query("machine_insight_cumulative_operating_hours", "1772600000");
  expect(body).toMatchObject({ status: "success", data: { resultType: "vector" } });
  expect(body.data.result[0].value).toEqual([1_772_600_000, String(asset?.cumulativeOperatingHours)]);
  expect((await query("no_such_metric", "1772600000")).body.data.result).toEqual([]);
  expect((await query("machine_insight_cumulative_operating_hours", "0")).body.data.result).toEqual([]);
});
