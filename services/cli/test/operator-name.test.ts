import { userInfo } from "node:os";
import { expect, test } from "vitest";
import { operatorName } from "../src/operator-name.ts";

test("the audit log shows that it was the command line, and who", () => {
  expect(operatorName("jo")).toBe("cli:jo");
  expect(operatorName(undefined)).toBe(`cli:${userInfo().username}`);
  expect(() => operatorName("")).toThrow("1 to 100");
  expect(() => operatorName("a\nb")).toThrow("control character");
});
