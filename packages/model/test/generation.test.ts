import { expect, test } from "vitest";
import { generationOf } from "../src/index.ts";

const at = (ms: number) => new Date(ms);

test("the install whose token was issued later is newer, in any order of arrival", () => {
  const older = generationOf({ issuedAt: at(1000), receivedAt: at(9_000_000_000_000), contentHash: "f" });
  const newer = generationOf({ issuedAt: at(2000), receivedAt: at(3000), contentHash: "0" });
  expect(newer > older).toBe(true);
});

test("without an issue time the arrival decides", () => {
  const older = generationOf({ issuedAt: undefined, receivedAt: at(999_999_999_999), contentHash: "f" });
  const newer = generationOf({ issuedAt: undefined, receivedAt: at(1_000_000_000_000), contentHash: "0" });
  expect(newer > older).toBe(true);
});
