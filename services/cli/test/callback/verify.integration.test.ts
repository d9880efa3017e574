import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { runCli } from "../run-cli.ts";
import { app, setup } from "../world.ts";

const secret = "a-secret-that-must-not-show";
const body = JSON.stringify({
  type: "INSTALLED",
  irisAppId: app,
  accountId: "01234567-89ab-4def-8123-456789abcdef",
  clientId: "c",
  clientSecret: secret,
});
const captureOf = (token: string) =>
  `POST /appinstall HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTrackunit-Identity: ${token}\r\n\r\n${body}\n`;

test("a captured callback is explained without Redis or MongoDB, and the exit code is the verdict", async () => {
  const { simulator, env } = await setup();
  const { TRACKUNIT_JWKS_URL, TRACKUNIT_APP_IDS } = env;
  const needed = { TRACKUNIT_JWKS_URL, TRACKUNIT_APP_IDS };
  const token = await simulator.signCallbackToken();
  const verify = (extra: Record<string, string> = {}, args: string[] = []) =>
    runCli(["callback", "verify", "-", ...args], { env: { ...needed, ...extra }, input: captureOf(token) });
  const good = await verify();
  expect(good.stderr).toBe("");
  expect(good.code).toBe(0);
  expect(good.stdout).toMatch(/signature +passed[\s\S]*binding +skipped[\s\S]*would answer 202: accepted/);
  const foreign = await verify({ TRACKUNIT_APP_IDS: "@other/app" }, ["--json"]);
  expect(foreign.code).toBe(5);
  expect(foreign.json()).toMatchObject({ verdict: "refused", code: "ERR_APP_NOT_ALLOWED", status: 403 });
  const later = await verify({}, ["--at", new Date(Date.now() + 3_600_000).toISOString()]);
  expect(later.code).toBe(5);
  expect(later.stdout).toContain("ERR_IDENTITY_EXPIRED");
  const away = await verify({ TRACKUNIT_JWKS_URL: "http://127.0.0.1:1/" });
  expect(away.stdout).toContain("ERR_KEY_SET_UNAVAILABLE");
  for (const { stdout } of [good, foreign, later, away]) {
    expect(stdout).not.toContain(secret);
    expect(stdout).not.toContain(token.split(".")[2]);
  }
  const none = await runCli(["callback", "verify", "-"], { env: needed, input: "nonsense" });
  expect(none.code).toBe(2);
  expect(none.stderr).toContain("ERR_CAPTURE_MALFORMED");
});

test("with --binding, Redis says whether another body arrived first", async () => {
  const { simulator, cli, redis, namespace, env } = await setup();
  const token = await simulator.signCallbackToken();
  const verify = () =>
    runCli(["callback", "verify", "-", "--binding", "--json"], { env, input: captureOf(token) });
  expect((await verify()).code).toBe(0);
  const signed = token.lastIndexOf(".");
  const signature = Buffer.from(token.slice(signed + 1), "base64url");
  const id = createHash("sha256")
    .update(token.slice(0, signed + 1))
    .update(signature.subarray(0, signature.length / 2))
    .digest("hex");
  await redis.set(`{${namespace}-${id}}:callback-token`, "of another body", "EX", 60);
  const reused = await verify();
  expect(reused.code).toBe(5);
  expect(reused.json()).toMatchObject({ code: "ERR_TOKEN_REUSED", status: 409 });
  expect((await cli(["callback", "verify", "/no/such/file"])).stderr).toContain("cannot be read (ENOENT)");
});
