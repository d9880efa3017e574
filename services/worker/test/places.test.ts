import { expect, test } from "vitest";
import { createPlaces } from "../src/places.ts";

test("an account holds as many places as it may, whatever the others hold", () => {
  const places = createPlaces(2);
  expect([places.take("a"), places.take("a"), places.take("a")]).toEqual([true, true, false]);
  expect(places.take("b")).toBe(true);
  places.giveBack("a");
  expect([places.take("a"), places.take("a")]).toEqual([true, false]);
});
