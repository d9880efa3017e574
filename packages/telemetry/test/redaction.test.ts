import { Writable } from "node:stream";
import { FleetkeeperError } from "@fleetkeeper/model";
import { expect, test } from "vitest";
import { createLog, hideVariable, redactText } from "../src/index.ts";

const canary = "canary-6f1c2b7e9d-canary";

function setup() {
  let output = "";
  const destination = new Writable({
    write(chunk, _encoding, done) {
      output += chunk;
      done();
    },
  });
  return { log: createLog({ service: "test", level: "trace", destination }), output: () => output };
}

test("a secret is redacted wherever it is in a log line", () => {
  const { log, output } = setup();
  log.info({ clientSecret: canary }, "field");
  log.info({ deep: { list: [{ client_secret: canary }] } }, "nested");
  log.info({ headers: { Authorization: `Bearer ${canary}` } }, "header");
  log.child({ accessToken: canary }).info("binding");
  log.info(`asked with client_secret=${canary}&scope=x`);
  log.info("asked with %s", `Bearer ${canary}`);
  log.error(
    { error: new Error(`refused: {"clientSecret":"${canary}"}`, { cause: { password: canary } }) },
    "error",
  );
  log.error(new Error(`bearer ${canary}`));
  log.info({ url: `redis://user:${canary}@host:6379` }, "url");
  expect(output().trim().split("\n")).toHaveLength(9);
  expect(output()).not.toContain(canary);
});

test("an API key of ours is redacted by its shape alone, except its id", () => {
  const secret = `${"x-Y_".repeat(10)}abc`;
  const text = redactText(`asked with fk_0123456789abcdef_${secret} today`);
  expect(text).toBe("asked with fk_0123456789abcdef_[redacted] today");
});

test("a JSON Web Token is redacted by its shape alone", () => {
  const { log, output } = setup();
  const jwt = `eyJhbGciOiJSUzI1NiJ9.eyJhIjoxfQ.${"c2ln".repeat(4)}`;
  log.info({ note: `got ${jwt}` }, jwt);
  expect(output()).not.toContain(jwt);
});

test("secrets with further names, and any private keys, are redacted", () => {
  const { log, output } = setup();
  for (const name of [
    "pwd",
    "sessionToken",
    "auth_token",
    "x-api-key",
    "webhookSecret",
    "secretAccessKey",
    "deviceToken",
  ]) {
    log.info({ [name]: canary }, "field");
    log.info(`said {"${name}":"${canary}"}`);
  }
  for (const kind of ["", "RSA ", "EC ", "ENCRYPTED ", "OPENSSH "])
    for (const lineBreak of ["\n", "\\n"])
      for (const end of [`${lineBreak}-----END ${kind}PRIVATE KEY-----`, ""])
        log.info({
          text: `read -----BEGIN ${kind}PRIVATE KEY-----${lineBreak}MIIE+/${canary.replaceAll("-", "")}${end}`,
        });
  expect(output()).not.toContain(canary);
  expect(output()).not.toContain(canary.replaceAll("-", ""));
  log.info({ lastToken: { expiresAt: 1 }, note: "a secret is kept" });
  expect(output()).toContain('"lastToken":{"expiresAt":1},"note":"a secret is kept"');
});

test("log lines hold no control characters, whatever text they were made from", () => {
  const { log, output } = setup();
  const orders = "\u001b]0;title\u0007 \u009b31m \u202e\u2066 \u007f";
  log.info({ name: orders, list: [orders], error: new Error(orders) }, `of ${orders}`);
  log.child({ inner: orders }).warn({ error: { message: orders, stack: orders } });
  // pino-pretty shows what the strings of a line hold, and not the line.
  const shown =
    output() +
    JSON.stringify(
      output()
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line))
        .map(({ msg: _, inner: __, ...own }) => own),
      undefined,
      1,
    );
  // biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what it is about
  expect(shown).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e\u2066]/);
  expect(JSON.parse(output().split("\n")[0] ?? "").name).toContain("\\u001b]0;title");
});

test("what is not a secret stays readable", () => {
  const { log, output } = setup();
  log.info({ installationId: "@a.b.c", at: new Date(0), count: 3 }, "sync ended");
  expect(JSON.parse(output())).toMatchObject({
    level: "info",
    service: "test",
    installationId: "@a.b.c",
    at: "1970-01-01T00:00:00.000Z",
    count: 3,
    msg: "sync ended",
  });
});

test.each<[string, string]>([
  ["a refresh token", `{"refresh_token":"${canary}"}`],
  ["an id token in JSON within JSON", JSON.stringify(JSON.stringify({ idToken: canary }))],
  ["an API key", `apiKey=${canary}`],
  ["a private key", `{"kty":"OKP","d":"${canary}"}`],
  ["Basic in a text", `sent Authorization: Basic ${Buffer.from(`user:${canary}`).toString("base64")}`],
  ["a password with a slash", `redis://user:pass/${canary}@host:6379/0`],
  ["a password with an at sign", `mongodb://user:p@${canary}@host/db`],
  ["a password with a quote", JSON.stringify({ password: `"${canary}` })],
])("%s is redacted in a message, and the line stays JSON", (_what, text) => {
  const { log, output } = setup();
  log.info(`said ${text}`);
  expect(JSON.parse(output())).toHaveProperty("msg", expect.stringContaining("[redacted]"));
  for (const one of [canary, Buffer.from(`user:${canary}`).toString("base64")])
    expect(output()).not.toContain(one);
});

test("only type, message, code, stack, cause and errors of a foreign error are logged", () => {
  const { log, output } = setup();
  const foreign = Object.assign(new AggregateError([hung(new RangeError("inner"))], "outer"), {
    code: "ESOME",
    command: { name: "auth", args: [canary] },
  });
  log.error({ error: new Error("ours", { cause: hung(foreign) }) }, "failed");
  expect(output()).not.toContain(canary);
  expect(JSON.parse(output()).error.cause).toEqual({
    type: "AggregateError",
    message: "outer",
    code: "ESOME",
    stack: expect.any(String),
    errors: [{ type: "RangeError", message: "inner", stack: expect.any(String) }],
  });
});

const hung = (error: Error) => Object.assign(error, { args: [canary], socket: { options: canary } });

test("for an error of ours, the fields that its class declares are logged too", () => {
  const { log, output } = setup();
  class OwnError extends FleetkeeperError {
    readonly code = "ERR_X";
    readonly remedy = "later";
  }
  const ours = new OwnError("no", { retryAfterMs: 5 });
  log.error({ error: hung(ours) }, "failed");
  expect(JSON.parse(output()).error).toMatchObject({ code: "ERR_X", remedy: "later", retryAfterMs: 5 });
  expect(output()).not.toContain(canary);
});

test("a configured secret is found by its value, in any encoding", () => {
  const secret = `c4nary/"q u@te"+ß-${canary.slice(7, 17)}`;
  hideVariable("BOARD_PASSWORD", secret);
  hideVariable("REDIS_URL", `redis://:${encodeURIComponent(`url ${secret}`)}@host:6379`);
  const encodings = [
    secret,
    encodeURIComponent(secret),
    new URLSearchParams({ a: secret }).toString().slice(2),
    JSON.stringify(secret),
    JSON.stringify(JSON.stringify(secret)),
    Buffer.from(secret).toString("base64"),
    Buffer.from(secret).toString("base64url"),
    Buffer.from(secret).toString("hex"),
    Buffer.from(`me:${secret}`).toString("base64"),
    Buffer.from(`operator:url ${secret}`).toString("base64"),
  ];
  const found = encodings.filter((text) => redactText(`ERR <${text}> is wrong`).includes(text.slice(4, 28)));
  expect(found).toEqual([]);
});

test.each([
  ["REDIS_URL", `rediss+sentinel://h/g?sentinel_password=${canary}`],
  ["MONGODB_URL", `mongodb://h/d?tls=true&tlsCertificateKeyFilePassword=${canary}&x=1`],
  ["MONGODB_URL", `mongodb://h/d?authMechanismProperties=SERVICE_NAME:mongodb,AWS_SESSION_TOKEN:${canary}`],
  ["TRACKUNIT_TOKEN_URL", `https://gateway/apptoken?subscription-key=${canary}`],
  [
    "TRACKUNIT_CLIENT_KEY",
    `-----BEGIN PRIVATE KEY-----\nx${"y".repeat(60)}\n${canary}\n-----END PRIVATE KEY-----`,
  ],
  ["OTEL_EXPORTER_OTLP_HEADERS", `x-tenant=mongo,x-key=Key%20${canary}`],
])("a secret in %s is found by its value: %s", (name, value) => {
  hideVariable(name, value);
  expect(redactText(`the server said: ${canary} in mongodb`)).toBe("the server said: [redacted] in mongodb");
});

test.each([
  "eyJ",
  "eyJhbGciOiJSUzI1NiJ9",
  "//:",
  "//a:",
  '"password":"',
  '\\"password\\":\\"',
  "password='",
  "password=",
  "bearer ",
  "basic  ",
  "token_",
  "\\",
])("a long text of %s takes time in proportion to its length", (part) => {
  const timeOf = (length: number) => {
    const text = part.repeat(length / part.length);
    const startedAtMs = performance.now();
    redactText(text);
    return performance.now() - startedAtMs;
  };
  timeOf(50_000);
  // Ten times the length: a quadratic pattern would take a hundred times as long, minutes for some of these.
  expect(timeOf(1_000_000)).toBeLessThan(Math.max(2_000, 40 * timeOf(100_000)));
});

test("a text of any length is redacted without an error, and no part of a secret remains where the text is cut", () => {
  for (const part of ["//a:b@", `"password":"${canary}",`, "x"]) {
    const text = redactText(part.repeat(Math.ceil(10_000_000 / part.length)));
    expect(text).toMatch(/\[long: \d+\]$/);
    expect(text).not.toContain(canary.slice(0, 12));
  }
});
