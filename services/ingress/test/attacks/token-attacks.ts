// Tokens that an attacker without the platform's keys can make. None may be accepted.

import { type Attack, base64url, ecToken, hmacToken, type Loot, rsaToken, signingInput } from "./attack.ts";

export interface TokenAttack extends Attack {
  token: (loot: Loot) => string;
}

const malformed = ["ERR_IDENTITY_MALFORMED"];
const algorithm = ["ERR_IDENTITY_ALGORITHM"];
const signature = ["ERR_IDENTITY_SIGNATURE"];
/** 503 while no key set was fetched since the request came; never 202. */
const unknownKey = ["ERR_IDENTITY_UNKNOWN_KEY", "ERR_KEY_SET_UNAVAILABLE"];

const bcp = "RFC 8725";
const noneAttack = "CVE-2015-9235; RFC 8725, section 2.1";
const confusion = "CVE-2016-10555; RFC 8725, section 2.1";
const embeddedKey = "CVE-2018-0114; RFC 8725, section 3.10";
const psychic = "CVE-2022-21449";
const kidInjection = "RFC 8725, section 3.10; PortSwigger Web Security Academy, JWT attacks";

const [noSignature, zeros] = ["", Buffer.alloc(64)];

function unsigned(name: string, alg: unknown, refusedWith: readonly string[], ending = "AAAA"): TokenAttack {
  const token = ({ soundToken, published }: Loot) =>
    `${signingInput(soundToken, { alg, kid: published.kid })}.${ending}`;
  return { name, source: noneAttack, refusedWith, token };
}

function secretIs(name: string, secretOf: (loot: Loot) => string | Buffer): TokenAttack {
  const token = (loot: Loot) =>
    hmacToken(signingInput(loot.soundToken, { alg: "HS256", kid: loot.published.kid }), secretOf(loot));
  return { name: `HS256 with ${name} as its secret`, source: confusion, refusedWith: algorithm, token };
}

/** Signed with the attacker's RSA key, with this in the header beside `alg` and the published `kid`. */
function ownKey(
  name: string,
  source: string,
  refusedWith: readonly string[],
  header: (loot: Loot) => Record<string, unknown>,
): TokenAttack {
  const token = (loot: Loot) =>
    rsaToken(
      signingInput(loot.soundToken, { alg: "RS256", kid: loot.published.kid, ...header(loot) }),
      loot.own.rsa,
    );
  return { name, source, refusedWith, token };
}

function kid(name: string, value: unknown): TokenAttack {
  return ownKey(`a kid that is ${name}`, kidInjection, unknownKey, () => ({ kid: value }));
}

function signedWith(name: string, source: string, alg: string, bytes: Buffer): TokenAttack {
  const token = ({ soundToken, published, ellipticKid }: Loot) =>
    `${signingInput(soundToken, { alg, kid: alg === "ES256" ? ellipticKid : published.kid })}.${bytes.toString("base64url")}`;
  return { name, source, refusedWith: signature, token };
}

/** The sound token, altered as text. */
function altered(
  name: string,
  source: string,
  refusedWith: readonly string[],
  change: (parts: string[]) => string,
): TokenAttack {
  return { name, source, refusedWith, token: ({ soundToken }) => change(soundToken.split(".")) };
}

const orderOfP256 = Buffer.from("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", "hex");

export const tokenAttacks: readonly TokenAttack[] = [
  unsigned("alg none with an empty signature", "none", malformed, noSignature),
  unsigned("alg none with some signature", "none", algorithm),
  unsigned("alg None", "None", algorithm),
  unsigned("alg NONE", "NONE", algorithm),
  unsigned("alg nOnE", "nOnE", algorithm),
  unsigned("alg of blanks", " ", algorithm),
  unsigned("an empty alg", "", malformed),
  unsigned("alg null", null, malformed),
  unsigned("alg as a list", ["RS256"], malformed),
  unsigned("alg as an object", { toString: "RS256" }, malformed),
  unsigned("alg constructor", "constructor", algorithm),
  unsigned("alg in lower case", "rs256", algorithm),

  secretIs("the public key in PEM", ({ published }) => published.pem),
  secretIs("the public key in PEM without its last line feed", ({ published }) => published.pem.trimEnd()),
  secretIs("the public key in DER", ({ published }) => published.der),
  secretIs("the public JWK", ({ published }) => published.jwk),
  secretIs("the modulus", ({ published }) => published.modulus),
  secretIs("nothing", () => ""),

  ownKey("a stranger's signature under a published kid", bcp, signature, () => ({})),
  ownKey("a key in the header (jwk)", embeddedKey, signature, ({ own }) => ({ jwk: own.jwk })),
  ownKey("a key in the header (jwk) and no kid", embeddedKey, signature, ({ own }) => ({
    kid: undefined,
    jwk: own.jwk,
  })),
  ownKey("a key set elsewhere (jku)", embeddedKey, signature, ({ ownServer }) => ({ jku: ownServer })),
  ownKey("a certificate elsewhere (x5u)", embeddedKey, signature, ({ ownServer }) => ({ x5u: ownServer })),
  ownKey("a certificate in the header (x5c)", embeddedKey, signature, () => ({ x5c: ["MIIB"] })),
  ownKey("a thumbprint of another certificate", embeddedKey, signature, () => ({ x5t: "AAAA" })),

  kid("a path", "../../../../dev/null"),
  kid("a file address", "file:///dev/null"),
  kid("a piece of SQL", "x' UNION SELECT 'key';--"),
  kid("a shell command", "x|sleep 10"),
  kid("a zero byte", "\0"),
  kid("__proto__", "__proto__"),
  kid("a list", ["x"]),
  kid("an object", { $ne: null }),
  kid("a number", 0),
  kid("empty", ""),
  kid("4 000 characters long", "k".repeat(4_000)),

  signedWith("a psychic signature (r and s zero)", psychic, "ES256", zeros),
  signedWith("r and s the order of the curve", psychic, "ES256", Buffer.concat([orderOfP256, orderOfP256])),
  signedWith("a signature in DER that says zero", psychic, "ES256", Buffer.from("3006020100020100", "hex")),
  signedWith("an elliptic signature of one byte", psychic, "ES256", Buffer.alloc(1)),
  signedWith("an RSA signature of zeros", bcp, "RS256", Buffer.alloc(256)),
  signedWith("an RSA signature of one", bcp, "RS256", Buffer.concat([Buffer.alloc(255), Buffer.from([1])])),
  signedWith("an RSA signature as long as ten keys", bcp, "RS256", Buffer.alloc(2_560, 1)),

  {
    name: "an elliptic signature under the RSA key's kid",
    source: confusion,
    refusedWith: unknownKey,
    token: ({ soundToken, published, own }) =>
      ecToken(signingInput(soundToken, { alg: "ES256", kid: published.kid }), own.ec),
  },
  {
    name: "an RSA signature under the elliptic key's kid",
    source: confusion,
    refusedWith: unknownKey,
    token: ({ soundToken, ellipticKid, own }) =>
      rsaToken(signingInput(soundToken, { alg: "RS256", kid: ellipticKid }), own.rsa),
  },
  {
    name: "an encrypted token instead of a signed one",
    source: "RFC 8725, section 2.1",
    refusedWith: malformed,
    token: () => `${base64url({ alg: "dir", enc: "A256GCM" })}..AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA`,
  },
  {
    name: "an encrypted token that asks for a billion rounds of PBKDF2",
    source: "CVE-2022-36083",
    refusedWith: malformed,
    token: () =>
      `${base64url({ alg: "PBES2-HS256+A128KW", enc: "A256GCM", p2c: 1e9, p2s: "AAAA" })}.AAAA.AAAA.AAAA.AAAA`,
  },
  ownKey("a compressed token", "CVE-2024-28176", signature, () => ({ zip: "DEF" })),
  ownKey("an unknown critical extension", "RFC 7515, section 4.1.11", malformed, () => ({
    crit: ["x"],
    x: 1,
  })),
  ownKey("an empty list of critical extensions", "RFC 7515, section 4.1.11", malformed, () => ({ crit: [] })),
  ownKey("critical extensions as a text", "RFC 7515, section 4.1.11", malformed, () => ({ crit: "exp" })),
  ownKey("a critical extension that is not there", "RFC 7515, section 4.1.11", malformed, () => ({
    crit: ["b64"],
  })),
  ownKey("an unencoded payload (b64)", "RFC 7797, section 3", signature, () => ({
    crit: ["b64"],
    b64: false,
  })),

  altered("other claims under the same signature", bcp, signature, ([header, , signed]) =>
    [header, base64url({ sub: "somebody else" }), signed].join("."),
  ),
  altered(
    "a header with alg twice, none first",
    "RFC 8725, section 2.4",
    signature,
    ([header = "", ...rest]) => {
      const text = Buffer.from(header, "base64url").toString();
      return [base64url(`{"alg":"none",${text.slice(1)}`), ...rest].join(".");
    },
  ),
  altered("a signature of another length", bcp, signature, ([header, claims, signed = ""]) =>
    [header, claims, signed.slice(0, -8)].join("."),
  ),
  altered("no signature", bcp, malformed, ([header, claims]) => `${header}.${claims}.`),
  altered("no claims", bcp, malformed, ([header, , signed]) => `${header}..${signed}`),
  altered("four parts", bcp, malformed, (parts) => [...parts, "AAAA"].join(".")),
  altered("base64 with padding", "RFC 7515, section 2", malformed, (parts) => `${parts.join(".")}=`),
  altered("a blank in the middle", "RFC 7515, section 2", malformed, (parts) => parts.join(". ")),
  altered("dots that are percent-encoded", "RFC 7515, section 7.1", malformed, (parts) => parts.join("%2e")),
  altered("two tokens with a comma", "RFC 9110, section 5.3", malformed, (parts) =>
    [parts.join("."), parts.join(".")].join(", "),
  ),
  altered("JSON serialisation", "RFC 7515, section 7.2", malformed, ([header, claims, signed]) =>
    JSON.stringify({ protected: header, payload: claims, signature: signed }),
  ),
  altered("above 8 192 characters", "RFC 8725, section 3.8", malformed, (parts) =>
    [base64url({ alg: "RS256", x: "x".repeat(8_192) }), ...parts.slice(1)].join("."),
  ),
];
