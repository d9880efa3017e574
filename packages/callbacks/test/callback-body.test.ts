import { fastify } from "fastify";
import { expect, test } from "vitest";
import { accountIdIn, callbackSchema, canonicalText } from "../src/callback-body.ts";

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

test("bodies with different content have different texts", () => {
  const values = ["1", 1, true, null, [], {}, [1, 2], [2, 1], "", " ", { a: 1 }, { b: 1 }, "{}"];
  expect(new Set(values.map((x) => canonicalText({ ...ids, x }))).size).toBe(values.length);
});

const of = (accountId: string, shape: "uuid" | "any" = "uuid") =>
  accountIdIn({ type: "INSTALLED", irisAppId: "@a/b", accountId }, shape);
const uuid = "01234567-89ab-cdef-0123-456789abcdef";

test.each([
  ["without a version", uuid],
  ["of version 4", "9b2f1c3e-8a77-4c55-9d0e-1f2a3b4c5d6e"],
  ["of zeros", "00000000-0000-0000-0000-000000000000"],
])("a UUID %s is taken as it is", (_what, id) => {
  expect(of(id)).toBe(id);
});

test("a UUID in capital letters is the same account", () => {
  expect(of(uuid.toUpperCase())).toBe(uuid);
  expect(of(uuid.toUpperCase(), "any")).toBe(uuid);
});

test.each([
  "a:b",
  "../x",
  `${uuid}/..`,
  `${uuid}\n`,
  ` ${uuid}`,
  `{${uuid}}`,
  uuid.slice(1),
  `${uuid}0`,
  "*",
])("%j is refused, unless any id is to be taken", (id) => {
  expect(() => of(id)).toThrow(expect.objectContaining({ code: "ERR_ACCOUNT_ID" }));
  expect(of(id, "any")).toBe(id);
});

test("the schema of a callback is one, which the ingress does not look at again when it starts", async () => {
  const app = fastify();
  app.post("/", { schema: { body: callbackSchema } }, async () => ({}));
  await app.ready();
});
