// Seeded mutations of a sound callback request, from single bits to whole headers.

/** A generator of numbers in [0, 1) that repeats itself for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface CallbackParts {
  requestLine: string;
  headers: string[];
  token: string;
  body: string;
}

type Random = () => number;
const upTo = (random: Random, limit: number) => Math.floor(random() * limit);
const oneOf = <T>(random: Random, list: readonly T[]): T => list[upTo(random, list.length)] as T;

const values = [
  ...[
    "null",
    "true",
    "0",
    "-0",
    "1e999",
    "1e-999",
    "NaN",
    "[]",
    "{}",
    '""',
    '"\\ud800"',
    '"\\u0000"',
    '"\u202e"',
  ],
  ...[
    '"__proto__"',
    `"${"x".repeat(3_000)}"`,
    "[".repeat(2_000),
    '{"a":'.repeat(2_000),
    '{"$ne":null}',
    "'x'",
  ],
];
const names = ["__proto__", "constructor", "prototype", "toString", "type", "accountId", "clientSecret", ""];
const headerLines = [
  ...[
    "Content-Type: text/plain",
    "Content-Type: application/json; charset=utf-7",
    "Content-Type: application/json;;;=",
  ],
  ...["Content-Encoding: gzip", "Transfer-Encoding: chunked", "Transfer-Encoding: gzip", "Content-Length: 0"],
  ...[
    "Content-Length: 99999999999999999999",
    "Content-Length: 20000",
    "Expect: 200-ok",
    "Expect: 100-continue",
  ],
  ...[
    "Upgrade: h2c",
    "Connection: upgrade",
    "Accept-Version: 9",
    "Host: y",
    "Trackunit-Identity: x",
    "X: \u00ff",
  ],
  ...[
    "Trackunit-Identity: Bearer a.b.c",
    `X: ${"y".repeat(20_000)}`,
    "no colon",
    ": no name",
    "X-Forwarded-For: ::1",
  ],
  ...[
    "X-HTTP-Method-Override: GET",
    "Accept: text/html",
    "Accept-Encoding: *;q=0",
    "Range: bytes=0-",
    "If-Match: *",
  ],
];
const requestLines = [
  ...[
    "GET /appinstall HTTP/1.1",
    "POST /appinstall?x=%zz HTTP/1.1",
    "POST /appinstall/../appinstall HTTP/1.1",
  ],
  ...["POST /%61ppinstall HTTP/1.1", "POST http://x/appinstall HTTP/1.1", "POST /appinstall HTTP/1.0"],
  ...[
    "POST /appinstall HTTP/2.0",
    "POST /appinstall",
    "CONNECT x:1 HTTP/1.1",
    "OPTIONS * HTTP/1.1",
    "HEAD / HTTP/1.1",
  ],
  ...["POST /appinstall;x HTTP/1.1", `POST /${"x".repeat(9_000)} HTTP/1.1`, "post /appinstall HTTP/1.1"],
];
const tokenHeaders = [
  ...[
    { alg: "none" },
    { alg: "HS256" },
    { alg: "RS256", jku: "http://127.0.0.1:1/" },
    { alg: "RS256", crit: ["x"] },
  ],
  ...[
    { alg: ["RS256"] },
    { alg: "RS256", kid: {} },
    { alg: "RS256", kid: "\0" },
    { alg: "dir", enc: "A256GCM" },
    null,
  ],
];
const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

const partMutations: ((parts: CallbackParts, random: Random) => void)[] = [
  (parts, random) => {
    const found: (string[] | undefined)[] = [...parts.body.matchAll(/:("[^"]*")/g)];
    const [, value = ""] = oneOf(random, found) ?? [];
    parts.body = parts.body.replace(value, oneOf(random, values));
  },
  (parts, random) => {
    parts.body = `{${JSON.stringify(oneOf(random, names))}:${oneOf(random, values)},${parts.body.slice(1)}`;
  },
  (parts, random) => {
    parts.body = parts.body.slice(0, upTo(random, parts.body.length));
  },
  (parts, random) => {
    parts.token = bytesMutated(Buffer.from(parts.token, "latin1"), random)
      .toString("latin1")
      .replace(/[\r\n\0]/g, "A");
  },
  (parts, random) => {
    parts.token = [base64url(oneOf(random, tokenHeaders)), ...parts.token.split(".").slice(1)].join(".");
  },
  (parts, random) => {
    const segments = parts.token.split(".");
    const claims = oneOf(random, [
      "{}",
      '{"exp":1e999}',
      '{"exp":null}',
      "[]",
      "1",
      '{"iat":-1e999}',
      '{"__proto__":{}}',
    ]);
    segments[1] = Buffer.from(claims).toString("base64url");
    parts.token = segments.join(".");
  },
  (parts, random) => {
    parts.headers.splice(upTo(random, parts.headers.length), upTo(random, 2), oneOf(random, headerLines));
  },
  (parts, random) => {
    parts.requestLine = oneOf(random, requestLines);
  },
];

/** One to three mutations of the parts, of the bytes on the wire, or of both. */
export function mutated(sound: CallbackParts, random: Random): Buffer {
  const parts = { ...sound, headers: [...sound.headers] };
  const onWire = random() < 0.3;
  for (let times = onWire ? upTo(random, 2) : 1 + upTo(random, 3); times > 0; times--)
    oneOf(random, partMutations)(parts, random);
  const bytes = onTheWire(parts);
  return onWire ? bytesMutated(bytes, random) : bytes;
}

function onTheWire({ requestLine, headers, token, body }: CallbackParts): Buffer {
  const bytes = Buffer.from(body);
  const lines = [
    requestLine,
    ...headers,
    `Trackunit-Identity: ${token}`,
    `Content-Length: ${bytes.length}`,
    "",
    "",
  ];
  return Buffer.concat([Buffer.from(lines.join("\r\n"), "latin1"), bytes]);
}

function bytesMutated(bytes: Buffer, random: Random): Buffer {
  const at = upTo(random, bytes.length);
  const to = Math.min(bytes.length, at + 1 + upTo(random, 40));
  const [before, middle, after] = [bytes.subarray(0, at), bytes.subarray(at, to), bytes.subarray(to)];
  const inserted = oneOf(random, [
    "\r\n",
    "\n",
    "\0",
    "\xff",
    "{",
    '"',
    ":",
    " ",
    "\r\n\r\n",
    "%",
    "\xf0\x9f",
    "e999",
  ]);
  return oneOf(random, [
    () =>
      Buffer.concat([
        before,
        Buffer.from([(bytes[at] ?? 0) ^ (1 << upTo(random, 8))]),
        bytes.subarray(at + 1),
      ]),
    () => Buffer.concat([before, after]),
    () => Buffer.concat([before, middle, middle, after]),
    () => Buffer.concat([before, Buffer.from(inserted, "latin1"), middle, after]),
    () => Buffer.concat([before, Buffer.from(middle.map(() => upTo(random, 256))), after]),
    () => before,
  ])();
}
