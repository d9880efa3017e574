import { expect, test } from "vitest";
import { canonicalText } from "../src/callback-body.ts";

const ids = { type: "T", irisAppId: "@a/b", accountId: "1" };

test("the order of keys does not matter, at any depth", () => {
  const one = canonicalText({ ...ids, x: { b: [1, { d: 1, c: 2 }], a: null } });
  const other = canonicalText({
    x: { a: null, b: [1, { c: 2, d: 1 }] },
    accountId: "1",
    irisAppId: "@a/b",
    type: "T",
  });
  expect(one).toBe(other);
  expect(one).toBe('{"accountId":"1","irisAppId":"@a/b","type":"T","x":{"a":null,"b":[1,{"c":2,"d":1}]}}');
});

test("whatever differs in content differs as text", () => {
  const values = ["1", 1, true, null, [], {}, [1, 2], [2, 1], "", " ", { a: 1 }, { b: 1 }, "{}"];
  expect(new Set(values.map((x) => canonicalText({ ...ids, x }))).size).toBe(values.length);
});
