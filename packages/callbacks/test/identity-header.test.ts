import { expect, test } from "vitest";
import { tokenOf } from "../src/identity-header.ts";

test.each(["a.b.c", "Bearer a.b.c", "bearer a.b.c", "BEARER  a.b.c"])("%j holds a token", (header) => {
  expect(tokenOf(header)).toBe("a.b.c");
});

test.each([undefined, ""])("%j is no identity at all", (header) => {
  expect(() => tokenOf(header)).toThrow(expect.objectContaining({ code: "ERR_IDENTITY_MISSING" }));
});

test.each([
  "a.b",
  "a.b.",
  ".b.c",
  "a.b.c.d.e",
  "Bearer",
  "Bearer ",
  "Bearer Bearer a.b.c",
  "Basic a.b.c",
  "a.b.c, a.b.c",
  "a.b.c ",
  "a.b.c\n",
  "a.b.ç",
  "a.b.c=",
  `a.b.${"c".repeat(8_192)}`,
])("%j is refused", (header) => {
  expect(() => tokenOf(header)).toThrow(expect.objectContaining({ code: "ERR_IDENTITY_MALFORMED" }));
});

test("several headers are refused", () => {
  expect(() => tokenOf(["a.b.c"])).toThrow(expect.objectContaining({ code: "ERR_IDENTITY_MALFORMED" }));
});
