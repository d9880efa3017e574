import { installationIdOf } from "@fleetkeeper/model";
import { createSeal, generateSealingKey } from "@fleetkeeper/sealing";
import { expect, test } from "vitest";
import { presentable } from "../../../src/queues/bull-board/presentable.ts";

async function setup() {
  const { publicKey } = await generateSealingKey({ keyId: "key-1", algorithm: "ECDH-ES+A256KW" });
  const seal = await createSeal(publicKey);
  return seal("x", { installationId: installationIdOf("@a/b", "1"), purpose: "credential" });
}

test("a sealed value is shown as the id of its key, in any field", async () => {
  const sealed = await setup();
  expect(presentable({ sealedCredential: sealed, list: [{ other: sealed }] })).toEqual({
    sealedCredential: "[sealed, key key-1]",
    list: [{ other: "[sealed, key key-1]" }],
  });
});

test("a sealed value inside a text is replaced and the rest stays", async () => {
  const sealed = await setup();
  expect(presentable(`could not open ${sealed} for @a.b.1`)).toBe(
    "could not open [sealed, key key-1] for @a.b.1",
  );
});

test("secrets are redacted by their field's name and by their shape", () => {
  expect(
    presentable({
      clientSecret: "s",
      accessToken: { value: "s" },
      stacktrace: ["Error: client_secret=abc&x=y", "Bearer abcdefghijkl"],
      jwt: "eyJhbGciOiJSUzI1NiJ9.eyJhIjoxfQ.c2ln",
    }),
  ).toEqual({
    clientSecret: "[redacted]",
    accessToken: "[redacted]",
    stacktrace: ["Error: client_secret=[redacted]&x=y", "Bearer [redacted]"],
    jwt: "[redacted]",
  });
});

test("what is not a secret stays as it is", () => {
  const job = {
    id: "@a.b.1.abc",
    data: { syncId: "@a.b.1/assets", fencingToken: 3 },
    counts: [1, null, true],
  };
  expect(presentable(job)).toEqual(job);
  expect(presentable(undefined)).toBeUndefined();
  expect(presentable(Array.from({ length: 500 }, () => 1))).toHaveLength(500);
});

test("a text that only looks sealed has an unknown key", () => {
  expect(presentable("eyJ.a.b.c.d")).toBe("[sealed, key unknown]");
});
