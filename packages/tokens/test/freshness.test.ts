import { installationIdOf } from "@fleetkeeper/model";
import { expect, test } from "vitest";
import { isUsable, prewarmAtOf } from "../src/index.ts";

const at = (seconds: number) => new Date(seconds * 1_000);
const tokenOf = (lifeS: number) => ({ accessToken: "t", scopes: [], issuedAt: at(0), expiresAt: at(lifeS) });

test("a token is used until three minutes before its end, a short one for three quarters of its life", () => {
  expect(isUsable(tokenOf(3_600), at(3_419))).toBe(true);
  expect(isUsable(tokenOf(3_600), at(3_420))).toBe(false);
  expect(isUsable(tokenOf(60), at(44))).toBe(true);
  expect(isUsable(tokenOf(60), at(45))).toBe(false);
});

test("the next token is requested while this one is valid, at times spread over the installations", () => {
  const moments = Array.from(
    { length: 1_000 },
    (_, index) => prewarmAtOf(tokenOf(3_600), installationIdOf("@a/b", String(index))).getTime() / 1_000,
  );
  expect(Math.min(...moments)).toBeGreaterThanOrEqual(0.6 * 3_600);
  expect(Math.max(...moments)).toBeLessThanOrEqual(0.72 * 3_600);
  const tenths = new Map<number, number>();
  for (const moment of moments) {
    const tenth = Math.floor((moment - 0.6 * 3_600) / (0.012 * 3_600));
    tenths.set(tenth, (tenths.get(tenth) ?? 0) + 1);
  }
  for (const count of tenths.values()) expect(count).toBeGreaterThan(50);
});
