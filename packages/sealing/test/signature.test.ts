import { expect, test } from "vitest";
import { createSign, createVerify, generateSigningKey, publicHalfOf } from "../src/index.ts";

const content = { kind: "install", nested: { b: 1, a: [1, 2] } };

test("a signature holds for the same content, in any order of its fields, and for no other", async () => {
  const { privateKey, publicKey } = await generateSigningKey();
  const signature = await createSign(privateKey)(content);
  const verify = createVerify({ keys: [publicKey] });
  await verify({ nested: { a: [1, 2], b: 1 }, kind: "install" }, signature);
  for (const other of [{ ...content, kind: "forget" }, { ...content, more: 1 }, {}])
    await expect(verify(other, signature)).rejects.toMatchObject({
      code: "ERR_NOT_SIGNED_BY_INGRESS",
      remedy: "never",
    });
});

test("a missing signature, one by another key, and one of another kind are refused", async () => {
  const [ours, theirs] = [await generateSigningKey("1"), await generateSigningKey("1")];
  const verify = createVerify({ keys: [ours.publicKey] });
  const forged = await createSign(theirs.privateKey)(content);
  const header = (fields: object) => Buffer.from(JSON.stringify(fields)).toString("base64url");
  const none = `${header({ alg: "none", kid: "1" })}..`;
  const hmac = `${header({ alg: "HS256", kid: "1" })}..${"A".repeat(43)}`;
  const whole = `${header({ alg: "Ed25519", kid: "1" })}.${header(content)}.${forged.split(".")[2]}`;
  for (const one of [undefined, null, "", "a.b.c", "..", forged, none, hmac, whole, {}, 7])
    await expect(verify(content, one)).rejects.toMatchObject({ code: "ERR_NOT_SIGNED_BY_INGRESS" });
});

test("several keys verify, so that a key can be replaced without a stop", async () => {
  const [old, next] = [await generateSigningKey(), await generateSigningKey()];
  const verify = createVerify({ keys: [next.publicKey, publicHalfOf(old.privateKey)] });
  for (const { privateKey } of [old, next]) await verify(content, await createSign(privateKey)(content));
});

test("a public key cannot sign, and an empty set verifies nothing", async () => {
  const { publicKey } = await generateSigningKey();
  const refused = expect.objectContaining({ code: "ERR_SEALING_KEY" });
  expect(() => createSign(publicKey)).toThrow(refused);
  expect(() => createVerify({ keys: [] })).toThrow(refused);
});
