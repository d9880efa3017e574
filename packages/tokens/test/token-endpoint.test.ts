import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createConnections } from "@fleetkeeper/http";
import { type SimulatedAccount, startSimulator } from "@fleetkeeper/simulator";
import { Agent } from "undici";
import { expect, onTestFinished, test } from "vitest";
import { requestToken, type TokenEndpoint } from "../src/index.ts";

const now = new Date("2026-01-01T00:00:00Z");

async function setup() {
  const simulator = await startSimulator();
  const dispatcher = new Agent();
  onTestFinished(async () => {
    await dispatcher.destroy();
    await simulator.close();
  });
  const account = simulator.addAccount({ assets: 1 });
  const endpoint: TokenEndpoint = {
    tokenUrl: simulator.tokenUrl,
    scopes: ["asset.view"],
    dispatcher,
    timeoutMs: 500,
  };
  return { simulator, account, endpoint };
}

const credentialOf = ({ clientId, clientSecret }: SimulatedAccount) => ({ clientId, clientSecret });

test("a token says when it expires and what was granted", async () => {
  const { account, endpoint } = await setup();
  const token = await requestToken(
    { ...endpoint, scopes: ["asset.view", "not.granted"] },
    credentialOf(account),
    now,
  );
  expect(token).toMatchObject({
    scopes: ["asset.view"],
    issuedAt: now,
    expiresAt: new Date("2026-01-01T01:00:00Z"),
  });
  expect(token.accessToken).not.toBe("");
});

test("a refused credential is distinguished from all temporary failures", async () => {
  const { simulator, account, endpoint } = await setup();
  const ask = (credential = credentialOf(account)) => requestToken(endpoint, credential, now);
  await expect(ask({ clientId: account.clientId, clientSecret: "wrong" })).rejects.toMatchObject({
    code: "ERR_TOKEN_INVALID_CLIENT",
    remedy: "never",
  });
  const faults = [
    [{ kind: "status", status: 503 }, "ERR_TOKEN_UNAVAILABLE", "retry"],
    [{ kind: "status", status: 401, body: {} }, "ERR_TOKEN_REJECTED", "retry"],
    [{ kind: "status", status: 400, body: { error: "invalid_grant" } }, "ERR_TOKEN_REJECTED", "retry"],
    [{ kind: "status", status: 400, body: { error: "invalid_scope" } }, "ERR_TOKEN_INVALID_SCOPE", "retry"],
    [{ kind: "html" }, "ERR_TOKEN_RESPONSE", "retry"],
    [{ kind: "invalid-json" }, "ERR_TOKEN_RESPONSE", "retry"],
    [{ kind: "cut" }, "ERR_TOKEN_UNAVAILABLE", "retry"],
    [{ kind: "cut-body" }, "ERR_TOKEN_UNAVAILABLE", "retry"],
    [{ kind: "hang" }, "ERR_TOKEN_UNAVAILABLE", "retry"],
    [{ kind: "rate-limit", retryAfterS: 7 }, "ERR_TOKEN_RATE_LIMITED", "later"],
  ] as const;
  for (const [fault, code, remedy] of faults) {
    simulator.faults.add({ ...fault, operation: "apptoken", times: 1 });
    await expect(ask(), fault.kind).rejects.toMatchObject({ code, remedy });
  }
  simulator.faults.add({ kind: "rate-limit", retryAfterS: 7, operation: "apptoken", times: 1 });
  await expect(ask()).rejects.toMatchObject({ retryAfterMs: 7_000 });
  expect((await ask()).accessToken).not.toBe("");
});

test.each([
  ["no-lifetime", 3_600, 1],
  ["null-lifetime", 3_600, 1],
  ["zero-lifetime", 3_600, 1],
  ["huge-lifetime", 86_400, 1],
  ["no-scope", 3_600, 0],
  ["null-scope", 3_600, 1],
  ["list-scope", 3_600, 0],
  ["created", 3_600, 0],
  ["bom", 3_600, 0],
  ["gzip", 3_600, 0],
  ["br", 3_600, 0],
  ["deflate", 3_600, 0],
  ["raw-deflate", 3_600, 0],
  ["zstd", 3_600, 0],
] as const)("an answer with %s is a good token", async (kind, lifeS, assumptions) => {
  const { simulator, account, endpoint } = await setup();
  simulator.faults.add({ kind, operation: "apptoken", times: 1 });
  const token = await requestToken(endpoint, credentialOf(account), now);
  expect(token.expiresAt.getTime() - now.getTime()).toBe(lifeS * 1_000);
  expect(token).toMatchObject({ scopes: ["asset.view"], accessToken: simulator.accessTokens()[0] });
  expect(token.assumed).toHaveLength(assumptions);
});

test.each([
  [{ kind: "control-characters" }, { code: "ERR_TOKEN_CHARACTERS" }],
  [
    { kind: "unknown-encoding" },
    { code: "ERR_TOKEN_RESPONSE", message: expect.stringContaining("compress") },
  ],
  [{ kind: "false-encoding" }, { code: "ERR_TOKEN_RESPONSE" }],
  [{ kind: "gzip-bomb" }, { code: "ERR_TOKEN_UNAVAILABLE" }],
  [
    { kind: "redirect" },
    { code: "ERR_TOKEN_REJECTED", message: expect.stringContaining("elsewhere.example") },
  ],
  [
    { kind: "status", status: 503, retryAfterS: 7 },
    { code: "ERR_TOKEN_UNAVAILABLE", retryAfterMs: 7_000 },
  ],
  [
    { kind: "forbidden", retryAfterS: 7 },
    { code: "ERR_TOKEN_RATE_LIMITED", retryAfterMs: 7_000 },
  ],
] as const)("an answer with %j is refused as what it is", async (fault, expected) => {
  const { simulator, account, endpoint } = await setup();
  simulator.faults.add({ ...fault, operation: "apptoken", times: 1 });
  await expect(requestToken(endpoint, credentialOf(account), now)).rejects.toMatchObject(expected);
});

test("a kept connection that the endpoint closes costs no token", async () => {
  const { simulator, account, endpoint } = await setup();
  const { dispatcher, close } = createConnections();
  onTestFinished(close);
  simulator.faults.add({ kind: "idle-close", operation: "apptoken", times: 1 });
  for (let call = 0; call < 2; call++) {
    const token = await requestToken({ ...endpoint, dispatcher }, credentialOf(account), now);
    expect(token.accessToken).toBe(simulator.accessTokens()[call]);
  }
});

test("no error holds the secret, or what the endpoint answered", async () => {
  const canary = "canary-in-the-answer";
  const server = createServer((_request, response) =>
    response.writeHead(400).end(`{"error":"x","error_description":"${canary}"}`),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { endpoint } = await setup();
  const tokenUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const error = await requestToken(
    { ...endpoint, tokenUrl },
    { clientId: "id", clientSecret: "a-secret" },
    now,
  ).catch((caught) => caught);
  expect(error.code).toBe("ERR_TOKEN_REJECTED");
  expect(JSON.stringify([error.message, error.stack, error.cause])).not.toMatch(/canary|a-secret/);
});
