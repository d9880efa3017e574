// What we seal and sign by `node:crypto` beside jose, both ways.

import { createPrivateKey, type JsonWebKey } from "node:crypto";
import { installationIdOf, type SealedText } from "@fleetkeeper/model";
import fc from "fast-check";
import { CompactEncrypt, CompactSign, compactDecrypt, importJWK, type JWK } from "jose";
import { expect, onTestFinished, test, vi } from "vitest";
import {
  createOpen,
  createSeal,
  createSign,
  createTokenSealing,
  createVerify,
  generateSealingKey,
  generateSigningKey,
  generateTokenKey,
  type Seal,
  type SealBinding,
} from "../src/index.ts";

const { publicKey, privateKey } = await generateSealingKey();
const binding: SealBinding = { installationId: installationIdOf("@a/b", "1"), purpose: "credential" };
const header = (alg: string, { kid = "" }: JWK) => ({
  ...{ alg, enc: "A256GCM", kid },
  ...{ fk_installation: binding.installationId, fk_purpose: binding.purpose },
});

test("jose opens what we seal, and we open what jose seals, for any text", async () => {
  const tokenKey = generateTokenKey();
  const bytes = Buffer.from(tokenKey.k ?? "", "base64url");
  const tokens = await createTokenSealing({ keys: [tokenKey] });
  const open = await createOpen({ keys: [privateKey] });
  const sides = [
    {
      ...{ alg: "RSA-OAEP-256", jwk: publicKey, seal: await createSeal(publicKey), open },
      secret: privateKey,
    },
    { ...{ alg: "dir", jwk: tokenKey, ...tokens }, secret: bytes },
  ];
  for (const { alg, jwk, seal, open, secret } of sides) {
    const key = secret instanceof Uint8Array ? secret : await importJWK(secret, alg);
    const sealingKey = secret instanceof Uint8Array ? secret : await importJWK(jwk, alg);
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "grapheme", maxLength: 300 }), async (text) => {
        const sealed = await seal(text, binding);
        const { plaintext, protectedHeader } = await compactDecrypt(sealed, key);
        expect(new TextDecoder("utf-8", { ignoreBOM: true }).decode(plaintext)).toBe(text);
        expect(protectedHeader).toEqual(header(alg, jwk));
        const joses = new CompactEncrypt(new TextEncoder().encode(text)).setProtectedHeader(header(alg, jwk));
        expect(await open((await joses.encrypt(sealingKey)) as SealedText, binding)).toBe(text);
      }),
      { numRuns: 30, examples: [[""], ["é€😀"]] },
    );
  }
});

test("a signature of ours is the one that jose makes", async () => {
  const signing = await generateSigningKey();
  const sign = createSign(signing.privateKey);
  const key = createPrivateKey({ key: signing.privateKey as JsonWebKey, format: "jwk" });
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.string(), fc.string()), async (fields) => {
      const content = Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)));
      const signature = await sign(content);
      await createVerify({ keys: [signing.publicKey] })(content, signature);
      const jws = new CompactSign(new TextEncoder().encode(JSON.stringify(content)));
      const joses = await jws
        .setProtectedHeader({ alg: "Ed25519", kid: signing.privateKey.kid ?? "" })
        .sign(key);
      expect(signature).toBe(joses.replace(/\..*\./, ".."));
    }),
    { numRuns: 50 },
  );
});

/** The wrapped content keys of a number of texts, and their nonces. */
async function partsOf(
  seal: Seal,
  texts: number,
): Promise<{ contentKeys: Set<string>; nonces: Set<string> }> {
  const parts = { contentKeys: new Set<string>(), nonces: new Set<string>() };
  for (let text = 0; text < texts; text++) {
    const [, contentKey = "", nonce = ""] = (await seal("the same", binding)).split(".");
    parts.contentKeys.add(contentKey);
    parts.nonces.add(nonce);
  }
  return parts;
}

test("texts share a content key for a thousand of them and for a second, and never a nonce", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const seal = await createSeal(publicKey);
  const { contentKeys, nonces } = await partsOf(seal, 1_000);
  expect([contentKeys.size, nonces.size]).toEqual([1, 1_000]);
  const second = await partsOf(seal, 10);
  expect(second.contentKeys.size).toBe(1);
  expect([...second.contentKeys].filter((one) => contentKeys.has(one))).toEqual([]);
  vi.advanceTimersByTime(999);
  expect((await partsOf(seal, 1)).contentKeys).toEqual(second.contentKeys);
  vi.advanceTimersByTime(1);
  expect([...(await partsOf(seal, 1)).contentKeys].filter((one) => second.contentKeys.has(one))).toEqual([]);
});

test("another sealing function has another content key", async () => {
  const [one, other] = [await createSeal(publicKey), await createSeal(publicKey)];
  const { contentKeys } = await partsOf(one, 2);
  expect([...(await partsOf(other, 2)).contentKeys].filter((one) => contentKeys.has(one))).toEqual([]);
});
