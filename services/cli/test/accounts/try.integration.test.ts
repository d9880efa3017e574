import { expect, test, vi } from "vitest";
import { tryAccount } from "../../src/accounts/try.ts";
import { inProcess } from "../in-process.ts";
import { setup } from "../world.ts";

const patient = { timeout: 40_000, interval: 50 };
interface Trial {
  sync: string;
  outcome: string;
  code: string | null;
  said: string[];
  items: number | null;
  fitting: number | null;
}

test("each sync's first page is read as a run reads it: what is forbidden, of another shape or without a field is said, and nothing is stored", async () => {
  const world = await setup();
  const { cli, simulator, store } = world;
  const account = simulator.addAccount({ assets: 30 });
  await world.startWorker();
  await world.install(account);
  const id = world.installationIdOf(account);
  await vi.waitFor(async () => {
    const syncs = await store.syncs.ofInstallation(id);
    expect(syncs.find(({ sync }) => sync === "assets")?.lastRun?.outcome).toBe("succeeded");
    // What is compared below stays as it is.
    expect(syncs.every(({ lastRun }) => lastRun !== null)).toBe(true);
  }, patient);
  const name = account.accountId.slice(0, 8);
  const tried = inProcess(tryAccount, world.env);
  const good = await tried({}, name);
  const { trials, schema } = good.json() as { trials: Trial[]; schema: object };
  const of = (all: Trial[], sync: string) => all.find((one) => one.sync === sync);
  expect(good.code).toBe(0);
  expect(schema).toEqual({ outcome: "fits", code: null, said: [] });
  expect(of(trials, "assets")).toMatchObject({ outcome: "fits", items: 30, fitting: 30, isLast: true });

  const before = await world.db.collection("syncs").find().sort({ _id: 1 }).toArray();
  const node = { id: "___Asset___1", name: "private name", brand: null, model: "m" };
  const pageInfo = { hasNextPage: false, endCursor: null, count: 1 };
  const body = { data: { assets: { edges: [{ node }], pageInfo } } };
  simulator.faults.add({ kind: "status", status: 200, body, operation: "graphql.assets", times: 1 });
  simulator.faults.add({ kind: "forbidden", operation: "graphql.sites", times: 2 });
  simulator.faults.add({ kind: "bad-record", operation: "graphql.customers" });
  const bad = await tried({ sync: ["assets", "sites", "customers", "aemp-equipment"] }, name);
  expect(bad.code).toBe(4);
  const found = (bad.json() as { trials: Trial[] }).trials;
  expect(of(found, "assets")).toMatchObject({ outcome: "fits", said: ["no item has brand, serialNumber"] });
  expect(of(found, "sites")).toMatchObject({ outcome: "forbidden", code: "ERR_API_FORBIDDEN" });
  expect(of(found, "sites")?.said).toEqual([
    "the API forbids POST /api/graphql/; the token has none of its scopes: site.view, account.site.manage",
  ]);
  expect(of(found, "customers")).toMatchObject({ outcome: "differs" });
  expect(of(found, "customers")?.said[0]).toMatch(/^1 of the items do not fit: name: /);
  // Its page may be asked for once in a quarter of an hour, by whomever.
  expect(of(found, "aemp-equipment")).toMatchObject({ outcome: "waits", code: "ERR_API_RATE_LIMITED" });
  expect(bad.stdout).not.toContain("private name");
  const after = await world.db.collection("syncs").find().sort({ _id: 1 }).toArray();
  const written = ({ _id, lastRun, checkpoint, fencingToken }: (typeof before)[number]) => ({
    _id,
    lastRun,
    checkpoint,
    fencingToken,
  });
  expect(after.map(written)).toEqual(before.map(written));

  const words = await cli(["accounts", "try", name, "--sync", "customers"]);
  expect(words.stdout).toMatch(/SYNC +ANSWER +ITEMS +SCOPE +TOOK\ncustomers +differs +\d+ of \d+ fit/);
  expect(
    Math.max(
      ...words.stdout
        .split("\n")
        .slice(0, 2)
        .map((line) => line.length),
    ),
  ).toBeLessThanOrEqual(80);
  await store.pause(id);
  await expect(tried({}, name)).rejects.toMatchObject({ exitCode: 7 });
});
