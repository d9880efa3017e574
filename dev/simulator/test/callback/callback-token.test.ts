import { createLocalJWKSet, createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import { expect, test } from "vitest";
import type { CallbackTokenOptions, Simulator } from "../../src/index.ts";
import { answerOf, setup } from "../setup.ts";

const algorithms = ["RS256", "ES256"];

async function verify(simulator: Simulator, token: string, currentDate: Date) {
  return jwtVerify(token, createRemoteJWKSet(new URL(simulator.jwksUrl)), { algorithms, currentDate });
}

test.each(["RS256", "ES256"] as const)(
  "a token signed with %s verifies against the key set",
  async (algorithm) => {
    const { simulator, clock } = await setup();
    const token = await simulator.signCallbackToken({ sub: "account" }, { algorithm });
    const { payload, protectedHeader } = await verify(simulator, token, clock.now());
    expect(protectedHeader.alg).toBe(algorithm);
    expect(payload).toMatchObject({ sub: "account", iss: simulator.url, aud: "@fleetkeeper/demo" });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(300);
  },
);

test.each<[string, CallbackTokenOptions, string]>([
  ["an unpublished key", { unpublishedKey: true }, "ERR_JWS_SIGNATURE_VERIFICATION_FAILED"],
  ["an unknown key id", { kid: "unknown" }, "ERR_JWKS_NO_MATCHING_KEY"],
  ["an expired token", { expiresInS: -60 }, "ERR_JWT_EXPIRED"],
  ["the public key as a shared secret", { algorithm: "HS256" }, "ERR_JOSE_ALG_NOT_ALLOWED"],
  ["no signature", { algorithm: "none" }, "ERR_JOSE_ALG_NOT_ALLOWED"],
])("a receiver can be tried with %s", async (_name, options, code) => {
  const { simulator, clock } = await setup();
  const token = await simulator.signCallbackToken({}, options);
  await expect(verify(simulator, token, clock.now())).rejects.toMatchObject({ code });
});

test("key id, times and usual claims can be left out", async () => {
  const { simulator, clock } = await setup();
  const options = { kid: null, expiresInS: null, issuedAt: null, algorithm: "ES256" } as const;
  const token = await simulator.signCallbackToken(
    { iss: undefined, aud: undefined, jti: undefined },
    options,
  );
  expect(decodeProtectedHeader(token)).toEqual({ alg: "ES256" });
  expect((await verify(simulator, token, clock.now())).payload).toEqual({});
});

test("after a rotation new tokens have new keys, and old tokens verify while the old keys are published", async () => {
  const { simulator, clock } = await setup();
  const old = await simulator.signCallbackToken();
  const kids = await simulator.rotateKeys();
  const fresh = await simulator.signCallbackToken();
  expect(kids).toContain(decodeProtectedHeader(fresh).kid);
  expect(decodeProtectedHeader(old).kid).not.toBe(decodeProtectedHeader(fresh).kid);
  await verify(simulator, old, clock.now());
  await verify(simulator, fresh, clock.now());
  await simulator.rotateKeys({ keepOld: false });
  await expect(verify(simulator, old, clock.now())).rejects.toMatchObject({
    code: "ERR_JWKS_NO_MATCHING_KEY",
  });
});

test("the key set holds public keys only", async () => {
  const { simulator } = await setup();
  const jwks = (await answerOf(await fetch(simulator.jwksUrl))).body;
  createLocalJWKSet(jwks);
  expect(jwks.keys.map((key) => key.kty)).toEqual(["RSA", "EC"]);
  for (const key of jwks.keys) expect(key).not.toHaveProperty("d");
});
