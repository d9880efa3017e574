import { expect, test } from "vitest";
import { readGrant } from "../src/index.ts";

const now = new Date("2026-01-01T00:00:00Z");
const lifeS = (expires_in: unknown) => {
  const { expiresAt, assumed } = readGrant({ access_token: "t", expires_in, scope: "a" }, [], now);
  return [(expiresAt.getTime() - now.getTime()) / 1_000, assumed.length];
};

test.each([
  [60, 60, 0],
  ["3600", 3_600, 0],
  [0.5, 0.5, 0],
  [undefined, 3_600, 1],
  [null, 3_600, 1],
  [0, 3_600, 1],
  [-5, 3_600, 1],
  ["soon", 3_600, 1],
  [{}, 3_600, 1],
  [1e15, 86_400, 1],
  ["999999999999", 86_400, 1],
])("expires_in %j is a life of %i s, with %i assumptions", (expiresIn, seconds, assumptions) => {
  expect(lifeS(expiresIn)).toEqual([seconds, assumptions]);
});

test.each([
  ["a b", ["a", "b"], 0],
  ["", [], 0],
  [["a", "b"], ["a", "b"], 0],
  [undefined, ["asked"], 0],
  [null, ["asked"], 1],
  [{ a: 1 }, ["asked"], 1],
  [[1], ["asked"], 1],
])("scope %j means %j", (scope, scopes, assumptions) => {
  const granted = readGrant({ access_token: "t", expires_in: 60, scope }, ["asked"], now);
  expect([granted.scopes, granted.assumed.length]).toEqual([scopes, assumptions]);
});

test.each([undefined, null, 5, "Bearer", "bearer", "BEARER"])("token_type %j is Bearer", (token_type) => {
  expect(readGrant({ access_token: "t", token_type }, [], now).accessToken).toBe("t");
});

test("an answer without a usable token is refused with its reason, and its content is shown nowhere", () => {
  const code = (answer: unknown) => {
    try {
      return readGrant(answer, [], now);
    } catch (error) {
      expect((error as Error).message).not.toContain("secret");
      return (error as { code: string }).code;
    }
  };
  for (const token of ["secret\r\nx: y", "secret\u0000", "secret\u00e9", "\tsecret"])
    expect(code({ access_token: token })).toBe("ERR_TOKEN_CHARACTERS");
  for (const answer of [null, [], "text", {}, { access_token: "" }, { access_token: 5 }])
    expect(code(answer)).toBe("ERR_TOKEN_RESPONSE");
  expect(code({ access_token: "secret", token_type: "mac" })).toBe("ERR_TOKEN_RESPONSE");
});
