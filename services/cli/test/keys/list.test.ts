import { expect, test } from "vitest";
import { rowsOf } from "../../src/keys/list.ts";

const jwk = (kid: string) => ({ kty: "RSA", alg: "RSA-OAEP-256", kid });
const uses = new Map([["old", { credentials: 2, callbacks: 0, jobs: 1 }]]);

test("a key that nothing needs can be dropped, one in use or the sealing one cannot", () => {
  const rows = rowsOf(jwk("new"), [jwk("old"), jwk("older"), jwk("new")], uses, true);
  expect(rows.map(({ keyId, seals, opens, canBeDropped }) => [keyId, seals, opens, canBeDropped])).toEqual([
    ["old", false, true, false],
    ["older", false, true, true],
    ["new", true, true, false],
  ]);
});

test("where jobs were not counted or the sealing key is not known no key is said to be free", () => {
  expect(rowsOf(jwk("new"), [jwk("older")], uses, false).some(({ canBeDropped }) => canBeDropped)).toBe(
    false,
  );
  expect(rowsOf(undefined, [jwk("older")], uses, true).some(({ canBeDropped }) => canBeDropped)).toBe(false);
});

test("a key that sealed texts name but no set contains is listed as missing", () => {
  expect(rowsOf(jwk("new"), [jwk("new")], uses, true)).toContainEqual({
    keyId: "old",
    algorithm: null,
    seals: false,
    opens: false,
    credentials: 2,
    callbacks: 0,
    jobs: 1,
    canBeDropped: false,
  });
});
