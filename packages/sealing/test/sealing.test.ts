import { installationIdOf, type SealedText } from "@fleetkeeper/model";
import { expect, test } from "vitest";
import { createOpen, createSeal, generateSealingKey, type SealBinding, sealKeyIdOf } from "../src/index.ts";

const ours: SealBinding = { installationId: installationIdOf("@a/b", "1"), purpose: "credential" };
const theirs: SealBinding = { ...ours, installationId: installationIdOf("@a/b", "2") };

async function setup(algorithm: "RSA-OAEP-256" | "ECDH-ES+A256KW" = "RSA-OAEP-256") {
  const { publicKey, privateKey } = await generateSealingKey({ algorithm });
  return {
    publicKey,
    privateKey,
    seal: await createSeal(publicKey),
    open: await createOpen({ keys: [privateKey] }),
  };
}

test.each(["RSA-OAEP-256", "ECDH-ES+A256KW"] as const)(
  "what %s sealed opens for the same installation",
  async (algorithm) => {
    const { seal, open } = await setup(algorithm);
    const sealed = await seal("a secret, é", ours);
    expect(sealed).not.toContain("secret");
    expect(await open(sealed, ours)).toBe("a secret, é");
  },
);

test("a sealed text cannot be opened for another installation or purpose", async () => {
  const { seal, open } = await setup();
  const sealed = await seal("x", ours);
  await expect(open(sealed, theirs)).rejects.toMatchObject({
    code: "ERR_SEAL_WRONG_BINDING",
    remedy: "never",
  });
  await expect(open(sealed, { ...ours, purpose: "access-token" })).rejects.toMatchObject({
    code: "ERR_SEAL_WRONG_BINDING",
  });
});

test("a header rewritten for another installation is detected as tampering", async () => {
  const { seal, open } = await setup();
  const [header = "", ...rest] = (await seal("x", ours)).split(".");
  const fields = JSON.parse(Buffer.from(header, "base64url").toString());
  const forged = Buffer.from(JSON.stringify({ ...fields, fk_installation: theirs.installationId })).toString(
    "base64url",
  );
  await expect(open([forged, ...rest].join(".") as SealedText, theirs)).rejects.toMatchObject({
    code: "ERR_SEAL_TAMPERED",
  });
});

test("a text changed in any part is refused as tampered or malformed", async () => {
  const { seal, open } = await setup();
  const parts = (await seal("a longer secret", ours)).split(".");
  for (const index of [1, 2, 3, 4]) {
    const part = parts[index] ?? "";
    const changed = parts
      .with(index, (part.startsWith("A") ? "B" : "A") + part.slice(1))
      .join(".") as SealedText;
    await expect(open(changed, ours)).rejects.toMatchObject({ code: "ERR_SEAL_TAMPERED" });
  }
  for (const text of ["", "x", "a.b.c.d.e"]) {
    await expect(open(text as SealedText, ours)).rejects.toMatchObject({ code: "ERR_SEAL_MALFORMED" });
  }
});

test("after a rotation old texts can still be opened, and the error names an unknown key", async () => {
  const [old, current] = [await setup(), await setup("ECDH-ES+A256KW")];
  const sealed = await old.seal("x", ours);
  const open = await createOpen({ keys: [current.privateKey, old.privateKey] });
  expect(await open(sealed, ours)).toBe("x");
  expect(sealKeyIdOf(sealed)).toBe(old.publicKey.kid);
  await expect(current.open(sealed, ours)).rejects.toMatchObject({
    code: "ERR_SEAL_UNKNOWN_KEY",
    keyId: old.publicKey.kid,
  });
});

test("unsuitable keys are refused at once", async () => {
  const { publicKey, privateKey } = await setup();
  await expect(createSeal(privateKey)).rejects.toMatchObject({ code: "ERR_SEALING_KEY" });
  await expect(createOpen({ keys: [publicKey] })).rejects.toMatchObject({ code: "ERR_SEALING_KEY" });
  await expect(createOpen({ keys: [] })).rejects.toMatchObject({ code: "ERR_SEALING_KEY" });
  const { kid: _, ...nameless } = publicKey;
  await expect(createSeal(nameless)).rejects.toMatchObject({ code: "ERR_SEALING_KEY" });
});
