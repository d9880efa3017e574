import { randomBytes } from "node:crypto";
import { installationIdOf } from "@fleetkeeper/model";
import { expect, test } from "vitest";
import {
  type CacheBinding,
  createCacheSealing,
  createSeal,
  createTokenSealing,
  generateSealingKey,
  generateTokenKey,
} from "../src/index.ts";

const binding: CacheBinding = { installationId: installationIdOf("@a/b", "1"), purpose: "access-token" };
const tampered = { code: "ERR_SEAL_TAMPERED" };

test("what is sealed opens for the same installation and purpose only", async () => {
  const { seal, open } = await createCacheSealing({ keys: [generateTokenKey()] });
  const sealed = seal("a token, é", binding);
  expect(await open(sealed, binding)).toBe("a token, é");
  const others: CacheBinding[] = [
    { ...binding, installationId: installationIdOf("@a/b", "2") },
    { ...binding, purpose: "token-failure" },
  ];
  for (const other of others) await expect(open(sealed, other)).rejects.toMatchObject(tampered);
});

test("changed at any place, cut short or longer, it does not open", async () => {
  const { seal, open } = await createCacheSealing({ keys: [generateTokenKey()] });
  const sealed = seal("a token", binding);
  for (let at = 0; at < sealed.length; at++) {
    const changed = Buffer.from(sealed);
    changed[at] = (changed[at] ?? 0) ^ 1;
    await expect(open(changed, binding)).rejects.toMatchObject({ code: expect.stringMatching(/^ERR_SEAL_/) });
    await expect(open(sealed.subarray(0, at), binding)).rejects.toMatchObject({
      code: expect.stringMatching(/^ERR_SEAL_/),
    });
  }
  await expect(open(Buffer.concat([sealed, sealed]), binding)).rejects.toMatchObject(tampered);
  await expect(open(randomBytes(2_000), binding)).rejects.toMatchObject({
    code: expect.stringMatching(/^ERR_SEAL_/),
  });
});

test("without the key no bytes can be made that open, with any key id", async () => {
  const key = generateTokenKey();
  const { open } = await createCacheSealing({ keys: [key] });
  const theirs = await createCacheSealing({ keys: [generateTokenKey(key.kid)] });
  await expect(open(theirs.seal("forged", binding), binding)).rejects.toMatchObject(tampered);
  const sealing = await generateSealingKey();
  const sealWithPublicKey = await createSeal({ ...sealing.publicKey, kid: key.kid ?? "" });
  const text = Buffer.from(await sealWithPublicKey("forged", binding));
  await expect(open(text, binding)).rejects.toMatchObject(tampered);
});

test("the first key seals and both open, so that a key can be replaced without a stop", async () => {
  const [old, next] = [generateTokenKey(), generateTokenKey()];
  const before = await createCacheSealing({ keys: [old] });
  const between = await createCacheSealing({ keys: [next, old] });
  expect(await between.open(before.seal("x", binding), binding)).toBe("x");
  const sealed = between.seal("y", binding);
  expect(await between.open(sealed, binding)).toBe("y");
  await expect(before.open(sealed, binding)).rejects.toMatchObject({ code: "ERR_SEAL_UNKNOWN_KEY" });
});

test("what a release before this form sealed opens during an update", async () => {
  const keys = [generateTokenKey()];
  const earlier = await createTokenSealing({ keys });
  const { open } = await createCacheSealing({ keys });
  const sealed = Buffer.from(await earlier.seal("a token", binding));
  expect(await open(sealed, binding)).toBe("a token");
  const other: CacheBinding = { ...binding, purpose: "token-failure" };
  await expect(open(sealed, other)).rejects.toMatchObject({ code: "ERR_SEAL_WRONG_BINDING" });
});

test("a token of 1 200 characters takes less than 1 150 bytes", async () => {
  const { seal } = await createCacheSealing({ keys: [generateTokenKey()] });
  const accessToken = randomBytes(900).toString("base64url");
  expect(accessToken).toHaveLength(1_200);
  const times = { issuedAt: new Date(), expiresAt: new Date() };
  const text = JSON.stringify({ accessToken, scopes: ["asset.view"], ...times, generation: "1".repeat(48) });
  expect(seal(text, binding).length).toBeLessThan(1_150);
});

test("a token key that is short, nameless, there twice, or has a very long key id is refused at once", async () => {
  const key = generateTokenKey();
  const { kid: _, ...nameless } = key;
  for (const keys of [
    [],
    [{ ...key, k: "AAAA" }],
    [nameless],
    [key, key],
    [{ ...key, kid: "k".repeat(256) }],
  ])
    await expect(createCacheSealing({ keys })).rejects.toMatchObject({ code: "ERR_SEALING_KEY" });
});
