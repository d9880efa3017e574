import { checks } from "@fleetkeeper/callbacks";
import { startSimulator } from "@fleetkeeper/simulator";
import { createRemoteJWKSet } from "jose";
import { expect, onTestFinished, test } from "vitest";
import { type ExamineOptions, examine } from "../../src/callback/examine.ts";
import type { Capture } from "../../src/callback/read-capture.ts";

const app = "@fleetkeeper/demo";
const secret = "a-secret-that-must-not-show";
const body = {
  type: "INSTALLED",
  irisAppId: app,
  accountId: "6b5cb246-7945-4bb6-bec5-2a1413ffd1b3",
  clientId: "0oa10o3h43eulvWtz358",
  clientSecret: secret,
};

async function setup() {
  const simulator = await startSimulator({ app });
  onTestFinished(() => simulator.close());
  const captureOf = async (
    token: string | Promise<string> = simulator.signCallbackToken(),
  ): Promise<Capture> => ({
    method: "POST",
    path: "/appinstall",
    headers: { "content-type": "application/json", "trackunit-identity": await token },
    body: JSON.stringify(body),
    receivedAt: undefined,
  });
  const usual = {
    tokenRules: {
      keyFor: createRemoteJWKSet(new URL(simulator.jwksUrl)),
      issuer: undefined,
      audience: undefined,
      maxAgeMs: 300_000,
    },
    allowedApps: new Set([app]),
    boundHash: undefined,
    at: new Date(),
  };
  const examined = async (capture: Partial<Capture>, options: Partial<ExamineOptions> = {}) =>
    examine({ ...usual, ...options, capture: { ...(await captureOf()), ...capture } });
  return { simulator, captureOf, usual, examined };
}

const outcomes = (result: Awaited<ReturnType<typeof examine>>) =>
  Object.fromEntries(result.checks.map(({ check, outcome }) => [check, outcome]));

test("the path is looked at as the ingress does, with its INGRESS_PATH", async () => {
  const { examined } = await setup();
  for (const path of ["/fleet/appinstall/", "/appinstall"])
    expect(await examined({ path }, { basePath: "/fleet" })).toMatchObject({ verdict: "accepted" });
  expect(await examined({ path: "/fleet/appinstall" })).toMatchObject({ code: "ERR_NOT_FOUND" });
});

test("a valid callback passes every check, and no secret or signature is printed", async () => {
  const { examined, captureOf } = await setup();
  const capture = await captureOf();
  const result = await examined(capture);
  expect(result).toMatchObject({ verdict: "accepted", status: 202 });
  expect(outcomes(result)).toEqual({
    ...Object.fromEntries(checks.map(({ name }) => [name, "passed"])),
    binding: "skipped",
  });
  expect(result.token?.claims.iat).toBeTypeOf("number");
  expect(result.clockDifferenceMs).toBeLessThan(2_000);
  const said = JSON.stringify(result);
  expect(said).not.toContain(secret);
  expect(said).not.toContain(body.clientId);
  expect(said).not.toContain(capture.headers["trackunit-identity"]?.split(".")[2]);
});

test.each<[name: string, capture: Partial<Capture>, code: string, check: string, status: number]>([
  ["a wrong path", { path: "/" }, "ERR_NOT_FOUND", "request", 404],
  ["a redirect's GET", { method: "GET", body: "" }, "ERR_METHOD_NOT_ALLOWED", "request", 405],
  ["a form", { headers: { "content-type": "text/plain" } }, "ERR_CONTENT_TYPE", "content type", 415],
  [
    "a huge body",
    { body: JSON.stringify({ ...body, more: "x".repeat(20_000) }) },
    "ERR_BODY_TOO_LARGE",
    "size",
    413,
  ],
  [
    "a body without a secret",
    { body: JSON.stringify({ ...body, clientSecret: "" }) },
    "ERR_BODY_MALFORMED",
    "body",
    400,
  ],
  ["no token", { headers: { "content-type": "application/json" } }, "ERR_IDENTITY_MISSING", "token", 401],
  [
    "a token that a proxy repeated",
    { headers: { "content-type": "application/json", "trackunit-identity": "a.b.c, a.b.c" } },
    "ERR_IDENTITY_MALFORMED",
    "token",
    401,
  ],
])("%s is refused as the ingress would", async (_name, capture, code, check, status) => {
  const { examined } = await setup();
  const result = await examined(capture);
  expect(result).toMatchObject({ verdict: "refused", code, status });
  expect(result.checks.find((one) => one.code === code)).toMatchObject({ check, outcome: "refused" });
  expect(result.checks.find((one) => one.code === code)?.advice).toMatch(/\.$/);
});

test("what follows a refusal is not reached, but a foreign app is said all the same", async () => {
  const { examined, captureOf } = await setup();
  const late = new Date(Date.now() + 3_600_000);
  const result = await examined(await captureOf(), { at: late, allowedApps: new Set(["@other/app"]) });
  expect(result.code).toBe("ERR_IDENTITY_EXPIRED");
  expect(outcomes(result)).toMatchObject({ signature: "passed", claims: "refused", app: "refused" });
  expect(outcomes(await examined({}, { at: late }))).toMatchObject({ app: "passed", binding: "skipped" });
});

test("each fault of a token has its check", async () => {
  const { simulator, captureOf, examined, usual } = await setup();
  const token = await simulator.signCallbackToken();
  const [header = "", claims = "", signature = ""] = token.split(".");
  const none = Buffer.from('{"alg":"none"}').toString("base64url");
  const changed = Buffer.from(JSON.stringify({ iat: 1 })).toString("base64url");
  const checkOf = async (capture: Partial<Capture>, options: Partial<ExamineOptions> = {}) =>
    (await examined(capture, options)).checks.find(({ outcome }) => outcome === "refused");
  expect(await checkOf(await captureOf(`${none}.${claims}.${signature}`))).toMatchObject({
    check: "algorithm",
  });
  expect(await checkOf(await captureOf(`${header}.${changed}.${signature}`))).toMatchObject({
    check: "signature",
  });
  const tokenRules = { ...usual.tokenRules, issuer: "https://elsewhere" };
  expect(await checkOf(await captureOf(token), { tokenRules })).toMatchObject({
    check: "claims",
    code: "ERR_IDENTITY_CLAIM",
  });
  const old = await captureOf(token);
  await simulator.rotateKeys({ keepOld: false });
  const fresh = { ...usual.tokenRules, keyFor: createRemoteJWKSet(new URL(simulator.jwksUrl)) };
  expect(await checkOf(old, { tokenRules: fresh })).toMatchObject({
    check: "key",
    code: "ERR_IDENTITY_UNKNOWN_KEY",
  });
});

test("with --binding, a token that arrived with another body first is refused", async () => {
  const { examined } = await setup();
  expect((await examined({}, { boundHash: async () => "another" })).code).toBe("ERR_TOKEN_REUSED");
  expect(outcomes(await examined({}, { boundHash: async () => null })).binding).toBe("passed");
});
