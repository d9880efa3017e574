import { expect, test } from "vitest";
import type { Simulator } from "../../src/index.ts";
import { answerOf, clientOf, setup } from "../setup.ts";

async function control(simulator: Simulator, method: string, path: string, body?: unknown, headers = {}) {
  const init =
    body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
  const merged = { method, ...init, headers: { ...init.headers, ...headers } };
  return answerOf(await fetch(`${simulator.url}/_control${path}`, merged));
}

test("accounts are added, listed, changed, revoked and restored", async () => {
  const { simulator } = await setup();
  const added = await control(simulator, "POST", "/accounts", { name: "Acme", assets: 12 });
  expect(added).toMatchObject({ status: 201, body: { name: "Acme", assets: 12, revoked: false } });
  const path = `/accounts/${added.body.accountId}`;
  expect((await control(simulator, "GET", "/accounts")).body.accounts).toHaveLength(1);
  expect(
    (await control(simulator, "POST", `${path}/change`, { count: 4, delete: 1 })).body.deleted,
  ).toHaveLength(4);
  expect((await control(simulator, "GET", `${path}/assets`)).body.assets).toHaveLength(8);
  expect((await control(simulator, "POST", `${path}/revoke`)).body.revoked).toBe(true);
  expect((await control(simulator, "POST", `${path}/restore`)).body.revoked).toBe(false);
  const secret = (await control(simulator, "POST", `${path}/renew-secret`)).body.clientSecret;
  expect(secret).not.toBe(added.body.clientSecret);
});

test("faults are set, listed and ended", async () => {
  const { simulator } = await setup();
  const { body } = await control(simulator, "POST", "/faults", {
    kind: "status",
    status: 503,
    operation: "jwks",
  });
  expect((await control(simulator, "GET", "/faults")).body.faults).toMatchObject([
    { id: body.id, operation: "jwks" },
  ]);
  expect((await fetch(simulator.jwksUrl)).status).toBe(503);
  expect((await control(simulator, "DELETE", `/faults/${body.id}`)).body).toEqual({ cleared: 1 });
  expect((await control(simulator, "POST", "/faults", { kind: "cut", typo: 1 })).status).toBe(400);
  for (const operation of ["rest.asset", "rest.", "graph", "install"])
    expect((await control(simulator, "POST", "/faults", { kind: "cut", operation })).status).toBe(400);
  for (const operation of ["rest", "graphql", "graphql.assets", "aemp.fleet"])
    expect((await control(simulator, "POST", "/faults", { kind: "cut", operation })).status).toBe(201);
});

test("settings change while it runs", async () => {
  const { simulator } = await setup();
  await control(simulator, "PATCH", "/settings", { tokenLifetimeS: 5, enforceLimits: true });
  expect(simulator.settings).toMatchObject({ tokenLifetimeS: 5, enforceLimits: true });
  expect((await control(simulator, "PATCH", "/settings", { tokenLifetimeS: "soon" })).status).toBe(400);
});

test("an install without an answer is 502 and says why", async () => {
  const { simulator } = await setup();
  const { accountId } = simulator.addAccount();
  const path = `/accounts/${accountId}/install`;
  const { status, body } = await control(simulator, "POST", path, {
    callbackUrl: "http://127.0.0.1:1/appinstall",
  });
  expect([status, body.code]).toEqual([502, "ERR_CALLBACK_UNREACHABLE"]);
  expect(body.message).toContain("ECONNREFUSED");
  expect((await control(simulator, "POST", path)).body.code).toBe("ERR_NO_CALLBACK_URL");
  expect((await control(simulator, "POST", "/accounts/nobody/install")).status).toBe(404);
});

test("keys rotate, counts are read, and a reset forgets", async () => {
  const { simulator } = await setup();
  const account = simulator.addAccount();
  await (await clientOf(simulator, account)).get("/api/asset/v1/assets");
  expect((await control(simulator, "POST", "/rotate-keys", { keepOld: false })).body.kids).toHaveLength(2);
  const counts = (await control(simulator, "GET", `/requests?accountId=${account.accountId}`)).body;
  expect(counts).toMatchObject({ total: 2, byOperation: { apptoken: 1, "rest.assets": 1 } });
  await control(simulator, "POST", "/reset");
  expect([simulator.requests.count(), simulator.accounts().length]).toEqual([0, 1]);
  await control(simulator, "POST", "/reset", { accounts: true });
  expect(simulator.accounts()).toEqual([]);
});

test("a page of another site can't use it", async () => {
  const { simulator } = await setup();
  const foreign = await control(simulator, "POST", "/reset", {}, { origin: "http://elsewhere.example" });
  expect(foreign.status).toBe(403);
  expect((await control(simulator, "POST", "/reset", {}, { origin: simulator.url })).status).toBe(200);
});
