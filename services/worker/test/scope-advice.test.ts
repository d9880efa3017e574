import { expect, test } from "vitest";
import { scopeAdvice } from "../src/settle-failure.ts";

test("a 403 advises a scope only while the token lacks it", () => {
  expect(scopeAdvice(["asset.view"], [])).toBe("it may need the scope asset.view");
  expect(scopeAdvice(["asset.view", "asset.manage"], ["site.view"])).toContain("asset.view or asset.manage");
  expect(scopeAdvice(["asset.view"], ["asset.view"])).toContain("the scope asset.view is granted");
  expect(scopeAdvice(["asset.view"], ["asset.view"])).not.toContain("may need");
});
