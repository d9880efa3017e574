import { expect, test } from "vitest";
import { lacksScope } from "../src/index.ts";

test.each([
  [["asset.view"], ["asset.view"], false],
  [["site.view", "account.site.manage"], ["account.site.manage"], false],
  [["site.view", "account.site.manage"], ["asset.view"], true],
  [["api.iso15143.*"], ["api.iso15143.fleet.view"], false],
  [["api.iso15143.*"], ["api.iso15143x"], true],
  [[], [], false],
])("a sync with %j lacks a scope with %j: %s", (scopes, given, lacks) => {
  expect(lacksScope({ scopes }, given)).toBe(lacks);
});
