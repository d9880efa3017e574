import { expect, test } from "vitest";
import { AccountRegister } from "../../src/accounts/account-register.ts";

const now = () => new Date("2026-03-04T12:00:00Z");
const account = (assets: number) => new AccountRegister("test", now).add({ accountId: "one", assets });

test("the same changes of the same fleet touch the same records", () => {
  const [left, right] = [account(100), account(100)];
  for (const count of [10, 3, 50]) expect(left.change(count)).toEqual(right.change(count));
  expect(left.assets()).toEqual(right.assets());
});

test("changes do what the mix asks for, and the fleet shows exactly that", () => {
  const fleet = account(100);
  const before = new Map(fleet.assets().map((asset) => [asset.id, asset]));
  const changed = fleet.change(30, { create: 1, update: 1, delete: 1 });
  expect([changed.created.length, changed.updated.length, changed.deleted.length]).toEqual([10, 10, 10]);
  const after = new Map(fleet.assets().map((asset) => [asset.id, asset]));
  expect(after.size).toBe(100);
  for (const id of changed.created) expect(before.has(id)).toBe(false);
  for (const id of changed.deleted) expect(after.has(id)).toBe(false);
  for (const id of changed.updated) expect(after.get(id)).not.toEqual(before.get(id));
  const same = [...after.keys()].filter((id) => before.has(id) && !changed.updated.includes(id));
  for (const id of same) expect(after.get(id)).toEqual(before.get(id));
});

test("one kind alone takes the whole count", () => {
  expect(account(20).change(7, { create: true }).created).toHaveLength(7);
  expect(account(20).change(7, { update: true }).updated).toHaveLength(7);
  expect(account(20).change(7, { delete: true }).deleted).toHaveLength(7);
});

test("a fleet can be deleted whole and grow again", () => {
  const fleet = account(5);
  expect(fleet.change(9, { delete: 1 }).deleted).toHaveLength(5);
  expect(fleet.assets()).toEqual([]);
  fleet.change(3, { create: 1 });
  expect(fleet.assetCount).toBe(3);
});

test("an updated asset leaves an event in the log", () => {
  const fleet = account(5);
  const window = {
    fromTime: now(),
    toTime: new Date(now().getTime() + 1),
    type: [],
    criticality: [],
    status: [],
  };
  const { updated } = fleet.change(2, { update: 1 });
  expect(fleet.eventLog.select(window).map(({ assetId }) => assetId)).toEqual(updated);
});

test("sites and customers change too", () => {
  const fleet = account(5);
  const [created] = fleet.change(1, { create: 1 }, "sites").created;
  expect(fleet.sites().map(({ id }) => id)).toContain(created);
  expect(fleet.change(1, { delete: 1 }, "customers").deleted).toHaveLength(1);
});

test("an asset of a deleted site has no site", () => {
  const fleet = account(50);
  fleet.change(3, { delete: 1 }, "sites");
  expect(fleet.sites()).toEqual([]);
  expect(fleet.assets().every(({ siteId }) => siteId === null)).toBe(true);
});
