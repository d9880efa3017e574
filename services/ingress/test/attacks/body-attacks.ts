// Bodies that come with a sound token and may not get in, or not as something else than they are.

import type { Attack } from "./attack.ts";

export interface BodyAttack extends Attack {
  /** `sound` is the text of a good body. */
  body: (sound: string) => string | Uint8Array;
  /** Over `application/json`. */
  headers?: Record<string, string>;
}

const malformed = ["ERR_BODY_MALFORMED"];
const contentType = ["ERR_CONTENT_TYPE"];

const prototypes = "CWE-1321";
const parsers = "RFC 8259; Bishop Fox, 'An Exploration of JSON Interoperability Vulnerabilities'";
const operators = "CWE-943";
const lines = "CWE-117";
const types = "RFC 9110, section 8.3";

/** The good body with this member over its own. */
function member(name: string, source: string, members: Record<string, unknown>): BodyAttack {
  return {
    name,
    source,
    refusedWith: malformed,
    body: (sound) => JSON.stringify({ ...JSON.parse(sound), ...members }),
  };
}

const account = (name: string, source: string, accountId: string): BodyAttack => ({
  ...member(name, source, { accountId }),
  refusedWith: ["ERR_ACCOUNT_ID"],
});

/** The good body with this text before its first member. */
function inserted(name: string, source: string, text: string): BodyAttack {
  return { name, source, refusedWith: malformed, body: (sound) => `{${text},${sound.slice(1)}` };
}

function bytes(name: string, source: string, body: (sound: string) => string | Uint8Array): BodyAttack {
  return { name, source, refusedWith: malformed, body };
}

function typed(name: string, headers: Record<string, string>): BodyAttack {
  return { name, source: types, refusedWith: contentType, body: (sound) => sound, headers };
}

export const bodyAttacks: readonly BodyAttack[] = [
  inserted("__proto__ as a member", prototypes, '"__proto__":{"type":"INSTALLED"}'),
  inserted("__proto__ with an escape", prototypes, '"\\u005f_proto__":{}'),
  inserted("__proto__ further down", prototypes, '"a":{"b":{"__proto__":{}}}'),
  inserted("constructor.prototype", prototypes, '"constructor":{"prototype":{}}'),
  inserted("a comment", parsers, '/* "x" */"a":1'),
  inserted("a number that is none", parsers, '"a":NaN'),
  inserted("a number without end", parsers, '"a":Infinity'),
  inserted("a number with a plus sign", parsers, '"a":+1'),
  inserted("a hexadecimal number", parsers, '"a":0x1'),
  inserted("a text in single quotes", parsers, "'a':1"),
  inserted("a control character in a text", parsers, '"a":"\n"'),
  inserted("33 levels of nesting", "CWE-674", `"a":${"[".repeat(33)}${"]".repeat(33)}`),
  inserted("7 000 levels of nesting", "CWE-674", `"a":${"[".repeat(7_000)}${"]".repeat(7_000)}`),

  member("an operator of MongoDB as the account", operators, { accountId: { $ne: null } }),
  member("a list as the account", operators, { accountId: ["a"] }),
  member("a number as the account", parsers, { accountId: 1e308 }),
  member("null as the account", parsers, { accountId: null }),
  member("an empty account", "CWE-20", { accountId: "" }),
  member("a line feed in the account", lines, { accountId: "a\nb" }),
  member("a terminal's escape in the account", "CWE-150", { accountId: "a\u001b[2J" }),
  member("a zero byte in the account", "CWE-158", { accountId: "a\0b" }),
  member("an account in another script", "UTS 39", { accountId: "\u0430ccount" }),
  member("an account that turns the text round", "CVE-2021-42574", { accountId: "a\u202eb" }),
  member("an account of 129 characters", "CWE-770", { accountId: "a".repeat(129) }),
  account("an account with the separator of Redis's keys", "CWE-74", "a:b"),
  account("a path as the account", "CWE-22", "../../accounts"),
  account("a path behind a sound account", "CWE-22", "01234567-89ab-4def-8123-456789abcdef/../x"),
  account("a wildcard as the account", "CWE-155", "*"),
  account("a template as the account", "CWE-1336", "{{7*7}}"),
  account("a UUID in braces", "RFC 9562, section 4", "{01234567-89ab-4def-8123-456789abcdef}"),
  account(
    "a UUID with a name before it",
    "RFC 9562, section 4",
    "urn:uuid:01234567-89ab-4def-8123-456789abcdef",
  ),
  account("a UUID without hyphens", "RFC 9562, section 4", "0123456789ab4def8123456789abcdef"),
  account("a UUID with a digit too many", "RFC 9562, section 4", "01234567-89ab-4def-8123-456789abcdef0"),
  account("a UUID with a letter beyond F", "RFC 9562, section 4", "g1234567-89ab-4def-8123-456789abcdef"),
  member("a blank in the app", "CWE-20", { irisAppId: "@a/b c" }),
  member("an operator as the app", operators, { irisAppId: { $gt: "" } }),
  member("a type that is an object", parsers, { type: { toString: "INSTALLED" } }),
  member("an install without a client id", "CWE-20", { clientId: undefined }),
  member("an empty secret", "CWE-20", { clientSecret: "" }),
  member("a secret of 2 049 characters", "CWE-770", { clientSecret: "s".repeat(2_049) }),
  member("a secret that is an object", operators, { clientSecret: { $gt: "" } }),

  bytes("nothing", parsers, () => ""),
  bytes("a list", parsers, (sound) => `[${sound}]`),
  bytes("a text", parsers, (sound) => JSON.stringify(sound)),
  bytes("null", parsers, () => "null"),
  bytes("two bodies", parsers, (sound) => sound + sound),
  bytes("text after the body", parsers, (sound) => `${sound}x`),
  bytes("a comma too many", parsers, (sound) => sound.replace(/}$/, ",}")),
  bytes("half a body", parsers, (sound) => sound.slice(0, sound.length / 2)),
  bytes("UTF-16", "RFC 8259, section 8.1", (sound) => Buffer.from(sound, "utf16le")),
  bytes("an overlong slash", "CWE-176", (sound) =>
    Buffer.concat([Buffer.from(sound.slice(0, -2)), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')]),
  ),
  bytes("a byte that begins no character", "CWE-176", (sound) =>
    Buffer.concat([Buffer.from(sound.slice(0, -2)), Buffer.from([0xff]), Buffer.from('"}')]),
  ),
  {
    name: "one byte above 16 KiB",
    source: "CWE-770",
    refusedWith: ["ERR_BODY_TOO_LARGE"],
    body: (sound) => sound.padEnd(16 * 1_024 + 1),
  },

  typed("plain text", { "content-type": "text/plain" }),
  typed("a form", { "content-type": "application/x-www-form-urlencoded" }),
  typed("a form in parts", { "content-type": "multipart/form-data; boundary=x" }),
  typed("JSON in UTF-7", { "content-type": "application/json; charset=utf-7" }),
  typed("JSON in two character sets", { "content-type": "application/json; charset=utf-8; charset=utf-16" }),
  typed("a problem document", { "content-type": "application/problem+json" }),
  typed("compressed JSON", { "content-encoding": "gzip" }),
];
