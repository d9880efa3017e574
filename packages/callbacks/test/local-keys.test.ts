import { exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";
import { expect, test } from "vitest";
import { localKeys } from "../src/index.ts";
import { verifyToken } from "../src/verify-token.ts";

const now = new Date("2026-01-01T00:00:00Z");

async function setup(alg: string) {
  const [own, other] = await Promise.all([generateKeyPair(alg), generateKeyPair(alg)]);
  const [jwk, stranger] = await Promise.all([exportJWK(own.publicKey), exportJWK(other.publicKey)]);
  /** Whether a token of `own`, with this header, is accepted with these keys; else the code. */
  const outcome = async (header: { alg?: string; kid?: string }, keys: JWK[]) => {
    const token = await new SignJWT({})
      .setProtectedHeader({ alg, ...header })
      .setIssuedAt(now)
      .setExpirationTime("5m")
      .sign(own.privateKey);
    const rules = { keyFor: localKeys({ keys }), issuer: undefined, audience: undefined, maxAgeMs: 300_000 };
    return verifyToken(token, rules, now).then(
      () => "accepted",
      (error: { code: string }) => error.code,
    );
  };
  return { jwk, stranger, outcome };
}

test("keys without a kid are tried for a token that names one, unless a key has that name", async () => {
  const { jwk, stranger, outcome } = await setup("ES256");
  expect(await outcome({ kid: "a" }, [jwk])).toBe("accepted");
  expect(await outcome({ kid: "a" }, [stranger, jwk, { ...stranger, kid: "b" }])).toBe("accepted");
  expect(await outcome({ kid: "a" }, [stranger])).toBe("ERR_IDENTITY_SIGNATURE");
  expect(await outcome({ kid: "a" }, [{ ...jwk, kid: "b" }])).toBe("ERR_IDENTITY_UNKNOWN_KEY");
  expect(await outcome({ kid: "a" }, [{ ...stranger, kid: "a" }, jwk])).toBe("ERR_IDENTITY_SIGNATURE");
});

test.each([
  ["EdDSA", "Ed25519"],
  ["Ed25519", "EdDSA"],
  ["EdDSA", "EdDSA"],
  ["Ed25519", undefined],
])("a token with %s is verified with a key that says %s", async (alg, ofKey) => {
  const { jwk, outcome } = await setup(alg);
  const named = { ...jwk, kid: "a", ...(ofKey !== undefined && { alg: ofKey }) };
  expect(await outcome({ kid: "a" }, [named])).toBe("accepted");
});
