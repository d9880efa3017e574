import { expect, test } from "vitest";
import { clientOf, credentialForm, requestToken, setup } from "../setup.ts";

test("a credential gets a token for the scopes that it requests", async () => {
  const { simulator } = await setup();
  const account = simulator.addAccount();
  const answer = await requestToken(simulator, {
    ...credentialForm(account),
    scope: "asset.view account.asset.manage",
  });
  expect(answer.status).toBe(200);
  expect(answer.body).toMatchObject({
    token_type: "Bearer",
    expires_in: 3600,
    scope: "asset.view account.asset.manage",
  });
  expect(answer.headers.get("cache-control")).toBe("no-store");
});

test("a denied scope is missing from the answer, or refused if the simulator is set so", async () => {
  const { simulator } = await setup({ scopes: ["asset.view", "site.view"] });
  const account = simulator.addAccount({ scopes: ["asset.view"] });
  const form = { ...credentialForm(account), scope: "asset.view site.view made.up" };
  expect((await requestToken(simulator, form)).body.scope).toBe("asset.view");
  simulator.settings.deniedScope = "invalid_scope";
  const refused = await requestToken(simulator, form);
  expect([refused.status, refused.body.error]).toEqual([400, "invalid_scope"]);
});

test.each([
  ["invalid_client", 401, { client_secret: "wrong" }],
  ["invalid_client", 401, { client_id: "unknown" }],
  ["invalid_request", 400, { client_secret: "" }],
  ["invalid_request", 400, { grant_type: "" }],
  ["unsupported_grant_type", 400, { grant_type: "password" }],
  ["invalid_scope", 400, { scope: "made.up" }],
])("answers %s with %i for %o", async (error, status, change) => {
  const { simulator } = await setup();
  const answer = await requestToken(simulator, { ...credentialForm(simulator.addAccount()), ...change });
  expect(answer.status).toBe(status);
  expect(answer.body).toEqual({ error, error_description: expect.any(String) });
});

test("a JSON body is an invalid request", async () => {
  const { simulator } = await setup();
  const headers = { "content-type": "application/json" };
  const response = await fetch(simulator.tokenUrl, { method: "POST", headers, body: "{}" });
  expect([response.status, await response.json()]).toMatchObject([400, { error: "invalid_request" }]);
});

test("every call of an account is counted, refused ones too", async () => {
  const { simulator } = await setup();
  const [account, other] = [simulator.addAccount(), simulator.addAccount()];
  await requestToken(simulator, credentialForm(account));
  await requestToken(simulator, { ...credentialForm(account), client_secret: "wrong" });
  expect([account.tokenCalls, other.tokenCalls]).toEqual([2, 0]);
  expect(simulator.requests.count({ accountId: account.accountId, operation: "apptoken" })).toBe(2);
});

test("several tokens are valid at once, each until it expires", async () => {
  const { simulator, clock } = await setup({ tokenLifetimeS: 60 });
  const account = simulator.addAccount();
  const first = await clientOf(simulator, account);
  clock.forward(30_000);
  const second = await clientOf(simulator, account);
  expect((await first.get("/api/site/v1/sites")).status).toBe(200);
  clock.forward(30_000);
  expect((await first.get("/api/site/v1/sites")).status).toBe(401);
  expect((await second.get("/api/site/v1/sites")).status).toBe(200);
});

test("a revoked account is refused everywhere until it is restored", async () => {
  const { simulator } = await setup();
  const account = simulator.addAccount();
  const client = await clientOf(simulator, account);
  account.revoke();
  expect((await client.get("/api/asset/v1/assets")).body).toMatchObject({
    status: 401,
    code: "UNAUTHORIZED",
  });
  expect((await requestToken(simulator, credentialForm(account))).body.error).toBe("invalid_client");
  account.restore();
  expect((await client.get("/api/asset/v1/assets")).status).toBe(200);
});

test("expired tokens and a renewed secret need a new token, and the old secret is refused", async () => {
  const { simulator } = await setup();
  const account = simulator.addAccount();
  const old = credentialForm(account);
  const client = await clientOf(simulator, account);
  account.renewSecret();
  expect((await requestToken(simulator, old)).status).toBe(401);
  expect((await client.get("/api/asset/v1/assets")).status).toBe(200);
  account.expireTokens();
  expect((await client.get("/api/asset/v1/assets")).status).toBe(401);
  expect((await requestToken(simulator, credentialForm(account))).status).toBe(200);
});

test("an operation that needs a scope is 403 without it, and the others continue", async () => {
  const { simulator } = await setup({ requiredScopes: { "rest.sites": "site.view" } });
  const client = await clientOf(simulator, simulator.addAccount({ scopes: ["asset.view"] }));
  expect((await client.get("/api/site/v1/sites")).status).toBe(403);
  expect((await client.get("/api/asset/v1/assets")).status).toBe(200);
});
