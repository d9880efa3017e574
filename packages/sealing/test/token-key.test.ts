import { installationIdOf, type SealedText } from "@fleetkeeper/model";
import { CompactEncrypt } from "jose";
import { expect, test } from "vitest";
import {
  createOpen,
  createSeal,
  createTokenSealing,
  generateSealingKey,
  generateTokenKey,
  type SealBinding,
  sealKeyIdOf,
} from "../src/index.ts";

const binding: SealBinding = { installationId: installationIdOf("@a/b", "1"), purpose: "access-token" };

test("a text sealed by a token key can be opened for the same installation and purpose only", async () => {
  const { seal, open } = await createTokenSealing({ keys: [generateTokenKey()] });
  const sealed = await seal("a token, é", binding);
  expect(await open(sealed, binding)).toBe("a token, é");
  for (const other of [
    { ...binding, installationId: installationIdOf("@a/b", "2") },
    { ...binding, purpose: "token-failure" as const },
  ])
    await expect(open(sealed, other)).rejects.toMatchObject({ code: "ERR_SEAL_WRONG_BINDING" });
});

test("without the key no text can be made that can be opened, with any header", async () => {
  const key = generateTokenKey();
  const { open } = await createTokenSealing({ keys: [key] });
  const { publicKey, privateKey } = await generateSealingKey();
  const header = { fk_installation: binding.installationId, fk_purpose: binding.purpose, kid: key.kid ?? "" };
  const text = new TextEncoder().encode("forged");
  const make = (alg: string, by: Parameters<CompactEncrypt["encrypt"]>[0]) =>
    new CompactEncrypt(text)
      .setProtectedHeader({ ...header, alg, enc: "A256GCM" })
      .encrypt(by) as Promise<SealedText>;
  const forged = [
    await make("dir", new Uint8Array(32)),
    await make("A256KW", new Uint8Array(32)),
    await make("RSA-OAEP-256", publicKey),
  ];
  for (const one of forged)
    await expect(open(one, binding)).rejects.toMatchObject({ code: "ERR_SEAL_TAMPERED" });
  // Nor does a public key that is given the id of the token key open the way for the private one.
  const sealWithPublicKey = await createSeal({ ...publicKey, kid: key.kid ?? "" });
  const bySealingKey = await sealWithPublicKey("forged", binding);
  await expect(open(bySealingKey, binding)).rejects.toMatchObject({ code: "ERR_SEAL_TAMPERED" });
  const openCredentials = await createOpen({ keys: [{ ...privateKey, kid: key.kid ?? "" }] });
  expect(await openCredentials(bySealingKey, binding)).toBe("forged");
});

test("the first key seals and both open, so that a key can be replaced without a stop", async () => {
  const [old, next] = [generateTokenKey(), generateTokenKey()];
  const before = await createTokenSealing({ keys: [old] });
  const between = await createTokenSealing({ keys: [next, old] });
  expect(await between.open(await before.seal("x", binding), binding)).toBe("x");
  const sealed = await between.seal("y", binding);
  expect(sealKeyIdOf(sealed)).toBe(next.kid);
  expect(await between.open(sealed, binding)).toBe("y");
  await expect(before.open(sealed, binding)).rejects.toMatchObject({ code: "ERR_SEAL_UNKNOWN_KEY" });
});

test("a token key that is short, public, without a name or duplicated is refused at once", async () => {
  const { publicKey } = await generateSealingKey();
  const key = generateTokenKey();
  const { kid: _, ...nameless } = key;
  for (const keys of [[], [{ ...key, k: "AAAA" }], [publicKey], [nameless], [key, key]])
    await expect(createTokenSealing({ keys })).rejects.toMatchObject({ code: "ERR_SEALING_KEY" });
});
