import { expect, test } from "vitest";
import { describeHeldBack } from "../src/held-back.ts";

const heldBack = {
  missing: 900,
  known: 1_200,
  passes: 1,
  since: new Date(0),
  believedAfter: 3,
  confirmedAfter: null,
};

test("what is held back says how much, and what ends it", () => {
  expect(describeHeldBack(heldBack)).toBe(
    "900 of 1,200 records were missing in the last pass: their deletion is held back until an operator confirms it or 2 more passes agree",
  );
  expect(describeHeldBack({ ...heldBack, passes: 2 })).toMatch(/the last 2 passes.* or 1 more pass agrees$/);
  expect(describeHeldBack({ ...heldBack, confirmedAfter: 1 })).toMatch(/an operator confirmed it/);
});
