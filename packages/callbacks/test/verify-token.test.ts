import { createHmac, createSign, generateKeyPairSync, type KeyObject } from "node:crypto";
import { createLocalJWKSet, exportJWK, type JWK } from "jose";
import { expect, test } from "vitest";
import { tokenOf, verifyToken } from "../src/verify-token.ts";

const now = new Date("2026-01-01T00:00:00Z");
const nowS = now.getTime() / 1_000;

const rsa = generateKeyPairSync("rsa", { modulusLength: 2_048 });
const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
const stranger = generateKeyPairSync("ec", { namedCurve: "P-256" });
const published = async (key: KeyObject, kid: string): Promise<JWK> => ({ ...(await exportJWK(key)), kid });
const keyFor = createLocalJWKSet({
  keys: [await published(rsa.publicKey, "rsa"), await published(ec.publicKey, "ec")],
});

const rules = { keyFor, issuer: undefined, audience: undefined, maxAgeMs: 300_000 };
const verify = (token: string, extra: Partial<typeof rules> | object = {}) =>
  verifyToken(token, { ...rules, ...extra }, now);

const encode = (value: unknown) =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

/** Signs by hand, so that header and claims may be anything, also what no library writes. */
function sign(claims: unknown, header: object = {}, key: KeyObject = ec.privateKey): string {
  const input = `${encode({ alg: "ES256", kid: "ec", ...header })}.${encode(claims)}`;
  const signature = createSign("sha256").update(input).sign({ key, dsaEncoding: "ieee-p1363" });
  return `${input}.${signature.toString("base64url")}`;
}

const usual = { iat: nowS, exp: nowS + 300 };

test("a valid token is accepted with any further claims", async () => {
  expect(await verify(sign({ ...usual, iss: "anyone", jti: "1", accountId: "x" }))).toMatchObject({
    id: expect.stringMatching(/^[0-9a-f]{64}$/),
    issuedAt: now,
    acceptableUntil: new Date(now.getTime() + 330_000),
  });
  await verify(sign(usual, { alg: "RS256", kid: "rsa" }, rsa.privateKey));
});

test("a token is acceptable until its exp or its maximum age, whichever comes first", async () => {
  const until = async (claims: object) => {
    const { acceptableUntil } = await verify(sign(claims));
    return acceptableUntil === undefined ? undefined : acceptableUntil.getTime() / 1_000 - nowS;
  };
  expect(await until({})).toBeUndefined();
  expect(await until({ exp: nowS + 10 })).toBe(40);
  expect(await until({ exp: nowS + 86_400 })).toBe(86_430);
  expect(await until({ iat: nowS - 100 })).toBe(230);
  expect(await until({ iat: nowS, exp: nowS + 86_400 })).toBe(330);
  expect(await until({ iat: nowS, exp: nowS - 29 })).toBe(1);
});

test.each([
  ["expired beyond the tolerance", { ...usual, exp: nowS - 30 }, "EXPIRED"],
  ["too old", { iat: nowS - 331 }, "EXPIRED"],
  ["too old, though not expired", { iat: nowS - 331, exp: nowS + 300 }, "EXPIRED"],
  ["issued in the future", { ...usual, iat: nowS + 31 }, "CLAIM"],
  ["not valid yet", { ...usual, nbf: nowS + 31 }, "CLAIM"],
  ["with an exp that is a text", { ...usual, exp: String(nowS + 300) }, "CLAIM"],
  ["with an exp that is null", { ...usual, exp: null }, "CLAIM"],
  ["with an iat that is an array", { ...usual, iat: [nowS] }, "CLAIM"],
  ["with an exp beyond all numbers", '{"exp":1e999}', "CLAIM"],
  ["with an iat beyond all numbers", '{"iat":-1e999}', "CLAIM"],
  ["with an exp beyond all dates", { exp: 8.64e12 + 1 }, "CLAIM"],
  ["with an exp that is not a number", '{"exp":NaN}', "MALFORMED"],
  ["with claims that are a list", [], "MALFORMED"],
  ["with claims that are null", "null", "MALFORMED"],
  ["with claims that are no JSON", "{", "MALFORMED"],
])("a token %s is refused", async (_what, claims, code) => {
  await expect(verify(sign(claims))).rejects.toMatchObject({ code: `ERR_IDENTITY_${code}`, remedy: "never" });
});

test("at the edge of the tolerance a token is accepted", async () => {
  await verify(sign({ iat: nowS + 30, nbf: nowS + 30, exp: nowS - 29 }));
  await verify(sign({ iat: nowS - 330 }));
});

test.each([
  ["by a stranger's key under a published kid", sign(usual, {}, stranger.privateKey), "SIGNATURE"],
  ["under an unknown kid", sign(usual, { kid: "other" }), "UNKNOWN_KEY"],
  ["under a kid that is no text", sign(usual, { kid: 1 }), "UNKNOWN_KEY"],
  ["under the kid of another kind of key", sign(usual, { kid: "rsa" }), "UNKNOWN_KEY"],
  [
    "with its own key in the header",
    sign(usual, { jwk: stranger.publicKey.export({ format: "jwk" }) }, stranger.privateKey),
    "SIGNATURE",
  ],
  [
    "with the address of a key set in the header",
    sign(usual, { jku: "http://127.0.0.1/jwks" }, stranger.privateKey),
    "SIGNATURE",
  ],
  [
    "with a certificate's address in the header",
    sign(usual, { x5u: "http://127.0.0.1/x" }, stranger.privateKey),
    "SIGNATURE",
  ],
  ["with a critical extension", sign(usual, { crit: ["exp"], exp: 1 }), "MALFORMED"],
  ["with an unencoded payload", sign(usual, { crit: ["b64"], b64: false }), "MALFORMED"],
  ["with no algorithm", sign(usual, { alg: undefined }), "MALFORMED"],
  ["with the algorithm none", sign(usual, { alg: "none" }), "ALGORITHM"],
  ["with the algorithm None", sign(usual, { alg: "None" }), "ALGORITHM"],
  ["with an algorithm of another curve", sign(usual, { alg: "ES384" }), "UNKNOWN_KEY"],
  ["with an algorithm that is unknown", sign(usual, { alg: "ES256K" }), "ALGORITHM"],
  ["with the algorithm __proto__", sign(usual, { alg: "__proto__" }), "ALGORITHM"],
  ["with a symmetric algorithm and the public key as secret", hmacToken(), "ALGORITHM"],
  ["with a signature cut short", sign(usual).slice(0, -10), "SIGNATURE"],
  ["with a header that is no JSON", `${encode("{")}.${encode(usual)}.AAAA`, "MALFORMED"],
])("a token %s is refused", async (_what, token, code) => {
  await expect(verify(token)).rejects.toMatchObject({ code: `ERR_IDENTITY_${code}` });
});

test("a token whose claims were changed is refused", async () => {
  const [header, , signature] = sign(usual).split(".");
  const forged = `${header}.${encode({ ...usual, exp: nowS + 9_999 })}.${signature}`;
  await expect(verify(forged)).rejects.toMatchObject({ code: "ERR_IDENTITY_SIGNATURE" });
});

test("issuer and audience are enforced when they are configured", async () => {
  const configured = { issuer: "https://trackunit.example", audience: ["@a/b"] };
  await verify(sign({ ...usual, iss: configured.issuer, aud: ["x", "@a/b"] }), configured);
  for (const claims of [
    usual,
    { ...usual, iss: configured.issuer },
    { ...usual, aud: "@a/b" },
    { ...usual, iss: "x", aud: "@a/b" },
    { ...usual, iss: configured.issuer, aud: "@a/bc" },
  ]) {
    await expect(verify(sign(claims), configured)).rejects.toMatchObject({ code: "ERR_IDENTITY_CLAIM" });
  }
});

test("the twin of an ECDSA signature verifies, and counts as the same token", async () => {
  const token = sign(usual);
  const twin = twinOf(token);
  expect(twin).not.toBe(token);
  expect((await verify(twin)).id).toBe((await verify(token)).id);
});

test("spare bits in the last digit do not make another token", async () => {
  const token = sign(usual, { alg: "RS256", kid: "rsa" }, rsa.privateKey);
  const last = token.at(-1) ?? "";
  const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const other = token.slice(0, -1) + digits[digits.indexOf(last) ^ 1];
  expect((await verify(other)).id).toBe((await verify(token)).id);
});

test("two tokens with the same claims are different tokens", async () => {
  expect((await verify(sign(usual))).id).not.toBe((await verify(sign(usual))).id);
});

function hmacToken(): string {
  const input = `${encode({ alg: "HS256", kid: "rsa" })}.${encode(usual)}`;
  const secret = rsa.publicKey.export({ format: "pem", type: "spki" });
  return `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;
}

/** (r, s) → (r, n - s), n the order of P-256 (FIPS 186-4, D.1.2.3). */
function twinOf(token: string): string {
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const signedUntil = token.lastIndexOf(".") + 1;
  const signature = Buffer.from(token.slice(signedUntil), "base64url");
  const s = BigInt(`0x${signature.subarray(32).toString("hex")}`);
  const other = Buffer.from((order - s).toString(16).padStart(64, "0"), "hex");
  return (
    token.slice(0, signedUntil) + Buffer.concat([signature.subarray(0, 32), other]).toString("base64url")
  );
}

test("if several keys fit, each is tried: two with one kid, or a token without one", async () => {
  const twins = createLocalJWKSet({
    keys: [await published(stranger.publicKey, "ec"), await published(ec.publicKey, "ec")],
  });
  await verify(sign(usual), { keyFor: twins });
  await verify(sign(usual, { kid: undefined }), { keyFor: twins });
  const nobodys = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
  await expect(verify(sign(usual, {}, nobodys), { keyFor: twins })).rejects.toMatchObject({
    code: "ERR_IDENTITY_SIGNATURE",
  });
  await expect(verify(sign({ exp: nowS - 60 }), { keyFor: twins })).rejects.toMatchObject({
    code: "ERR_IDENTITY_EXPIRED",
  });
});

test("a key that was replaced under its id is used as soon as the newer keys are there", async () => {
  const replaced = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const newer = createLocalJWKSet({ keys: [await published(replaced.publicKey, "ec")] });
  const token = sign(usual, {}, replaced.privateKey);
  let keys = keyFor;
  const current = (...args: Parameters<typeof keyFor>) => keys(...args);
  const hasNewerKeys = async () => {
    keys = newer;
    return true;
  };
  await expect(verify(token)).rejects.toMatchObject({ code: "ERR_IDENTITY_SIGNATURE" });
  expect(await verify(token, { keyFor: current, hasNewerKeys })).toMatchObject({ claims: usual });
  await expect(
    verify(sign(usual, {}, stranger.privateKey), { keyFor: current, hasNewerKeys }),
  ).rejects.toMatchObject({ code: "ERR_IDENTITY_SIGNATURE" });
});

test.each(["a.b.c", "Bearer a.b.c", "bearer a.b.c", "BEARER  a.b.c"])("%j holds a token", (header) => {
  expect(tokenOf(header)).toBe("a.b.c");
});

test.each([undefined, ""])("%j is no identity at all", (header) => {
  expect(() => tokenOf(header)).toThrow(expect.objectContaining({ code: "ERR_IDENTITY_MISSING" }));
});

test.each([
  "a.b",
  "a.b.",
  ".b.c",
  "a.b.c.d.e",
  "Bearer",
  "Bearer ",
  "Bearer Bearer a.b.c",
  "Basic a.b.c",
  "a.b.c, a.b.c",
  "a.b.c ",
  "a.b.c\n",
  "a.b.ç",
  "a.b.c=",
  `a.b.${"c".repeat(8_192)}`,
])("%j is refused", (header) => {
  expect(() => tokenOf(header)).toThrow(expect.objectContaining({ code: "ERR_IDENTITY_MALFORMED" }));
});

test("several headers are refused", () => {
  expect(() => tokenOf(["a.b.c"])).toThrow(expect.objectContaining({ code: "ERR_IDENTITY_MALFORMED" }));
});
