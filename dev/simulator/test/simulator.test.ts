import { expect, test } from "vitest";
import { clientOf, setup } from "./setup.ts";

test("the same seed and account id give the same credential and fleet in another simulator", async () => {
  const [left, right] = [await setup({ seed: "same" }), await setup({ seed: "same" })];
  const [one, two] = [left.simulator.addAccount({ assets: 40 }), right.simulator.addAccount({ assets: 40 })];
  expect(two.accountId).toBe(one.accountId);
  expect([two.clientId, two.clientSecret]).toEqual([one.clientId, one.clientSecret]);
  expect(two.assets()).toEqual(one.assets());
  one.change(15);
  two.change(15);
  expect(two.assets()).toEqual(one.assets());
});

test("another seed or another account gives another fleet", async () => {
  const [left, right] = [await setup({ seed: "left" }), await setup({ seed: "right" })];
  const accountId = "00000000-0000-0000-0000-000001569258";
  const fleets = [
    left.simulator.addAccount({ accountId }),
    right.simulator.addAccount({ accountId }),
    left.simulator.addAccount(),
  ].map((account) => account.assets()[0]?.id);
  expect(new Set(fleets).size).toBe(3);
});

test("the first fleet doesn't depend on the clock", async () => {
  const { simulator, clock } = await setup();
  const before = simulator.addAccount({ accountId: "one" }).assets();
  clock.forward(90 * 86_400_000);
  expect(simulator.account("one")?.assets()).toEqual(before);
});

test("client ids and secrets look like Trackunit's", async () => {
  const { simulator } = await setup();
  const { clientId, clientSecret } = simulator.addAccount();
  expect(clientId).toMatch(/^0oa[0-9a-z]{17}$/);
  expect(clientSecret).toMatch(/^[\w-]{43}$/);
});

test("adding an account of 200 000 assets builds none of them, and one account sees nothing of another", async () => {
  const { simulator } = await setup();
  const [large, small] = [simulator.addAccount({ assets: 200_000 }), simulator.addAccount({ assets: 3 })];
  expect(large.records.assets.built).toBe(0);
  const client = await clientOf(simulator, small);
  const { body } = await client.get("/api/asset/v1/assets");
  expect(body.content.map(({ id }: { id: string }) => id)).toEqual(small.assets().map(({ id }) => id));
  expect(large.records.assets.built).toBe(0);
});

test("an account can't be added twice", async () => {
  const { simulator } = await setup();
  simulator.addAccount({ accountId: "one" });
  expect(() => simulator.addAccount({ accountId: "one" })).toThrow(/exists already/);
});

test("fleets change automatically when told to", async () => {
  const { simulator } = await setup({ changeEveryMs: 20 });
  const account = simulator.addAccount({ assets: 200 });
  const before = JSON.stringify(account.assets());
  await expect.poll(() => JSON.stringify(account.assets()) !== before).toBe(true);
});

test("closing twice has the effect of closing once", async () => {
  const { simulator } = await setup();
  await Promise.all([simulator.close(), simulator.close()]);
  await expect(fetch(simulator.url)).rejects.toThrow("fetch failed");
});
