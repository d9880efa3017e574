// Our verification beside jose's: whatever token comes, both take it with the same claims, or refuse it for
// the same reason.

import { constants, createSign, generateKeyPairSync, type KeyObject, sign as signBytes } from "node:crypto";
import fc from "fast-check";
import { createLocalJWKSet, exportJWK, type JWK, type JWTPayload, jwtVerify } from "jose";
import { expect, test } from "vitest";
import { verifyJwt } from "../src/verify-jwt.ts";

const now = new Date("2026-01-01T00:00:00.600Z");
const nowS = Math.floor(now.getTime() / 1_000);
const clockToleranceS = 30;
const expected = { issuer: "https://issuer.example", audience: ["@a/b", "@a/c"] };

const rsa = generateKeyPairSync("rsa", { modulusLength: 2_048 });
const short = generateKeyPairSync("rsa", { modulusLength: 1_024 });
const p256 = generateKeyPairSync("ec", { namedCurve: "P-256" });
const stranger = generateKeyPairSync("ec", { namedCurve: "P-256" });
const p384 = generateKeyPairSync("ec", { namedCurve: "P-384" });
const p521 = generateKeyPairSync("ec", { namedCurve: "P-521" });
const ed = generateKeyPairSync("ed25519");
const published = async (key: KeyObject, kid: string): Promise<JWK> => ({ ...(await exportJWK(key)), kid });
const keyFor = createLocalJWKSet({
  keys: [
    await published(rsa.publicKey, "rsa"),
    await published(short.publicKey, "short"),
    { ...(await published(rsa.publicKey, "only-ps")), alg: "PS256" },
    await published(p256.publicKey, "p256"),
    await published(p384.publicKey, "p384"),
    await published(p521.publicKey, "p521"),
    await published(ed.publicKey, "ed"),
  ],
});

/** Each algorithm with the key that is published for it. */
const kinds: readonly [alg: string, kid: string, key: KeyObject][] = [
  ...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"].map(
    (alg) => [alg, "rsa", rsa.privateKey] as [string, string, KeyObject],
  ),
  ["PS256", "only-ps", rsa.privateKey],
  ["RS256", "only-ps", rsa.privateKey],
  ["RS256", "short", short.privateKey],
  ["ES256", "p256", p256.privateKey],
  ["ES256", "p256", stranger.privateKey],
  ["ES384", "p384", p384.privateKey],
  ["ES512", "p521", p521.privateKey],
  ["EdDSA", "ed", ed.privateKey],
  ["Ed25519", "ed", ed.privateKey],
];

const base64url = (bytes: string | Buffer) => Buffer.from(bytes).toString("base64url");

/** As the algorithm says; an unknown one signs as the key does. */
function signature(alg: string, key: KeyObject, input: string): Buffer {
  const bits = /^(?:RS|PS|ES)(256|384|512)$/.exec(alg)?.[1] ?? "256";
  if (key.asymmetricKeyType === "ed25519") return signBytes(null, Buffer.from(input), key);
  const signer = createSign(`sha${bits}`).update(input);
  if (key.asymmetricKeyType === "ec") return signer.sign({ key, dsaEncoding: "ieee-p1363" });
  if (!alg.startsWith("PS")) return signer.sign(key);
  return signer.sign({ key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: Number(bits) / 8 });
}

/** The claims, or the code of what was thrown. */
async function verdict(verify: () => Promise<JWTPayload>): Promise<unknown> {
  try {
    return { claims: await verify() };
  } catch (error) {
    return (error as { code?: string }).code ?? (error as Error).name;
  }
}

async function sameVerdict(token: string, rules: Partial<typeof expected>): Promise<unknown> {
  const options = { ...rules, currentDate: now, clockTolerance: clockToleranceS };
  const algorithms = [...new Set(kinds.map(([alg]) => alg))];
  const [ours, joses] = await Promise.all([
    verdict(() => {
      const { issuer, audience } = rules;
      return verifyJwt(token, keyFor, { issuer, audience, clockToleranceS }, now);
    }),
    verdict(async () => (await jwtVerify(token, keyFor, { ...options, algorithms })).payload),
  ]);
  expect(ours).toEqual(joses);
  return ours;
}

const instants = [
  nowS - 31,
  nowS - 30,
  nowS - 29,
  nowS + 30,
  nowS + 31,
  0,
  -1,
  1e300,
  0.5,
  null,
  "1",
  true,
  [],
  {},
];
const issuers = [expected.issuer, "x", null, [expected.issuer]];
const audiences = ["@a/b", "@a/bc", "", ["x", "@a/c"], [["@a/b"]], [], null, 1, {}];
const seconds = fc.oneof(
  fc.integer({ min: nowS - 32, max: nowS + 32 }),
  fc.constantFrom<unknown>(...instants),
);
const claims = fc.record(
  {
    iss: fc.constantFrom<unknown>(...issuers),
    aud: fc.constantFrom<unknown>(...audiences),
    ...{ exp: seconds, nbf: seconds, iat: seconds },
    sub: fc.jsonValue(),
  },
  { requiredKeys: [] },
);
const payload = fc.oneof(
  { weight: 8, arbitrary: claims.map((value) => JSON.stringify(value)) },
  { weight: 1, arbitrary: fc.json() },
  {
    weight: 1,
    arbitrary: fc.constantFrom("", "{", "null", "[]", '"x"', '{"exp":1e999}', '{"__proto__":{}}', "\ufeff{}"),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes)) },
);
const extra = fc.record(
  {
    alg: fc.constantFrom<unknown>(
      "none",
      "HS256",
      "ES256",
      "RS256",
      "EdDSA",
      "__proto__",
      "",
      null,
      ["RS256"],
      {},
    ),
    kid: fc.constantFrom<unknown>("rsa", "p256", "other", "", null, 0, ["rsa"]),
    crit: fc.constantFrom<unknown>([], ["b64"], ["x"], [""], ["b64", "b64"], "b64", null, [1]),
    b64: fc.constantFrom<unknown>(true, false, null, "false"),
    typ: fc.jsonValue(),
  },
  { requiredKeys: [] },
);
const rules = fc.record(
  { issuer: fc.constant(expected.issuer), audience: fc.constant(expected.audience) },
  { requiredKeys: [] },
);
const runs = { numRuns: Number(process.env.TOKENS ?? 300) };

test("a token that was signed as its header says is judged as jose judges it", async () => {
  const signed = fc.tuple(fc.constantFrom(...kinds), fc.oneof(fc.constant({}), extra), payload, rules);
  await fc.assert(
    fc.asyncProperty(signed, async ([[alg, kid, key], more, text, held]) => {
      const input = `${base64url(JSON.stringify({ alg, kid, ...more }))}.${base64url(text)}`;
      await sameVerdict(`${input}.${signature(alg, key, input).toString("base64url")}`, held);
    }),
    runs,
  );
});

test("each algorithm has tokens that both accept", async () => {
  const accepted = new Set<string>();
  for (const [alg, kid, key] of kinds) {
    const input = `${base64url(JSON.stringify({ alg, kid }))}.${base64url("{}")}`;
    const found = await sameVerdict(`${input}.${base64url(signature(alg, key, input))}`, {});
    if (typeof found === "object") accepted.add(alg);
  }
  expect(accepted).toEqual(new Set(kinds.map(([alg]) => alg)));
});

test("each claim is judged as jose judges it, at its edges and where it is not a claim", async () => {
  const { issuer: iss, audience: aud } = expected;
  const odd = [
    {},
    ...["exp", "nbf", "iat"].flatMap((name) => instants.map((value) => ({ iss, aud, [name]: value }))),
    ...issuers.map((value) => ({ iss: value, aud })),
    ...audiences.map((value) => ({ iss, aud: value })),
  ];
  for (const one of odd) {
    const input = `${base64url('{"alg":"Ed25519","kid":"ed"}')}.${base64url(JSON.stringify(one))}`;
    const token = `${input}.${base64url(signature("Ed25519", ed.privateKey, input))}`;
    for (const held of [{}, expected]) await sameVerdict(token, held);
  }
});

test("a valid token that was changed anywhere is judged as jose judges it", async () => {
  const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const sound = kinds.map(([alg, kid, key]) => {
    const input = `${base64url(JSON.stringify({ alg, kid }))}.${base64url(JSON.stringify({ exp: nowS }))}`;
    return `${input}.${signature(alg, key, input).toString("base64url")}`;
  });
  const change = fc.record({
    at: fc.double({ min: 0, max: 0.999, noNaN: true }),
    drop: fc.nat({ max: 3 }),
    put: fc.string({ unit: fc.constantFrom(...digits, "."), maxLength: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...sound),
      fc.array(change, { maxLength: 3 }),
      async (token, changes) => {
        const changed = changes.reduce((text, { at, drop, put }) => {
          const from = Math.floor(at * text.length);
          return text.slice(0, from) + put + text.slice(from + drop);
        }, token);
        await sameVerdict(changed, {});
      },
    ),
    runs,
  );
});

test("another's signature, and one of another length, are refused as jose refuses them", async () => {
  for (const [alg, kid] of kinds) {
    const input = `${base64url(JSON.stringify({ alg, kid }))}.${base64url("{}")}`;
    for (const length of [0, 1, 63, 64, 65, 96, 128, 132, 255, 256, 257, 2_560])
      for (const byte of [0, 1, 255])
        expect(await sameVerdict(`${input}.${base64url(Buffer.alloc(length, byte))}`, {})).toMatch(
          /^ERR_|^TypeError/,
        );
  }
});

test("a key that is not for the algorithm verifies nothing", async () => {
  const input = `${base64url('{"alg":"ES256"}')}.${base64url("{}")}`;
  const token = `${input}.${signature("ES256", p256.privateKey, input).toString("base64url")}`;
  const held = { issuer: undefined, audience: undefined, clockToleranceS };
  await verifyJwt(token, p256.publicKey, held, now);
  for (const key of [p384.publicKey, rsa.publicKey, ed.publicKey, p256.privateKey, new Uint8Array(32)])
    await expect(verifyJwt(token, key, held, now)).rejects.toThrow(TypeError);
  await expect(verifyJwt(token, p256.publicKey, held, new Date(Number.NaN))).rejects.toThrow(TypeError);
});
