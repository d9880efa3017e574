import { expect, test } from "vitest";
import { safeNext } from "../../src/auth/login-method.ts";

test("a path of this board is kept, with its query", () => {
  expect(safeNext("/queues/queue/install?status=failed")).toBe("/queues/queue/install?status=failed");
});

test.each([
  undefined,
  "",
  "https://evil.example/",
  "//evil.example/",
  "/\\evil.example/",
  "/\t/evil.example/",
  "/..//evil.example/",
  "javascript:alert(1)",
  ["/"],
])("%j leads to the overview", (next) => {
  expect(safeNext(next)).toBe("/");
});
