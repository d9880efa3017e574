import { expect, test } from "vitest";
import { createPlaces } from "../src/places.ts";

test("an account may hold its full share of places, independently of the other accounts", async () => {
  const places = createPlaces({ total: 10, perAccount: 2 });
  const take = (account: string) => places.take(account);
  expect(await Promise.all(["a", "a", "a", "b"].map(take))).toEqual([
    "taken",
    "taken",
    "account full",
    "taken",
  ]);
  places.giveBack("a");
  expect(await Promise.all(["a", "a"].map(take))).toEqual(["taken", "account full"]);
});

test("when all places are held, the sync that has waited longest gets the next one", async () => {
  const places = createPlaces({ total: 1, perAccount: 1 });
  await places.take("a");
  const got: string[] = [];
  for (const account of ["b", "c", "d"])
    void places.take(account).then((answer) => got.push(`${account} ${answer}`));
  places.giveBack("a");
  await settled();
  expect(got).toEqual(["b taken"]);
  places.endWaiting();
  await settled();
  expect(got).toEqual(["b taken", "c full", "d full"]);
  expect(places.held).toBe(1);
});

test("a waiting sync is refused a place if its account holds its full share by then, and the next sync gets the place", async () => {
  const places = createPlaces({ total: 2, perAccount: 1 });
  await Promise.all(["a", "b"].map((account) => places.take(account)));
  const waiting = ["c", "c", "d"].map((account) => places.take(account));
  places.giveBack("a");
  places.giveBack("b");
  expect(await Promise.all(waiting)).toEqual(["taken", "account full", "taken"]);
});

test("there is room as soon as a place is free and no sync waits for it", async () => {
  const places = createPlaces({ total: 1, perAccount: 1 });
  await places.room();
  await places.take("a");
  let isRoom = false;
  void places.room().then(() => {
    isRoom = true;
  });
  const waiting = places.take("b");
  places.giveBack("a");
  expect(await waiting).toBe("taken");
  await settled();
  expect(isRoom).toBe(false);
  places.giveBack("b");
  await settled();
  expect(isRoom).toBe(true);
});

test("a place may be kept while another is free, and no sync of the account was turned away", async () => {
  const places = createPlaces({ total: 3, perAccount: 1 });
  await places.take("a");
  await places.take("b");
  expect(places.mayKeep("a")).toBe(true);
  await places.take("a");
  expect([places.mayKeep("a"), places.mayKeep("b")]).toEqual([false, true]);
  await places.take("c");
  expect(places.mayKeep("b")).toBe(false);
  places.giveBack("a");
  await places.take("a");
  places.giveBack("c");
  expect(places.mayKeep("a")).toBe(true);
});

/** Until all that can continue has continued. */
const settled = () => new Promise((resolve) => setImmediate(resolve));
