import { apiRights } from "@fleetkeeper/model";
import { expect, test, vi } from "vitest";
import { app, patient, setup } from "./world.ts";

test("a key can see its rights, is counted when it is used, and refused once it is revoked", async () => {
  const { ask, makeKey, keys, store } = await setup();
  const { key, id } = await makeKey(["accounts:read"], app);
  const mine = await ask(key, "/v1/key");
  expect(mine.status).toBe(200);
  expect(mine.json()).toMatchObject({ id, name: "test", rights: ["accounts:read"], app });
  expect(mine.headers.get("cache-control")).toBe("no-store");
  expect(mine.headers.get("connection")).toBe("keep-alive");
  await ask(key, "/v1/key");
  await vi.waitFor(async () => {
    const found = await store.apiKeys.find(id);
    expect(found?.uses).toBe(2);
    expect(found?.lastUsedAt).toBeInstanceOf(Date);
  }, patient);
  await keys.revoke("test", id);
  await vi.waitFor(async () => expect((await ask(key, "/v1/key")).status).toBe(401), patient);
  expect((await store.audit.ofApiKey(id, 10)).map(({ action }) => action)).toEqual([
    'revoke API key "test"',
    `make API key "test" of ${app}: accounts:read`,
  ]);
});

test("every wrong key gets the same answer, in the shape of problem details", async () => {
  const { ask, makeKey, keys } = await setup();
  const { key, id } = await makeKey([...apiRights]);
  const revoked = await makeKey([...apiRights]);
  await keys.revoke("test", revoked.id);
  const changed = `${key.slice(0, -2)}${key.endsWith("AA") ? "BB" : "AA"}`;
  const unknown = key.replace(id, "0".repeat(16));
  const answers = [];
  for (const wrong of [
    undefined,
    "",
    "fk_",
    changed,
    unknown,
    revoked.key,
    "\u00e4".repeat(50),
    "x".repeat(5_000),
  ])
    answers.push(await ask(wrong, "/v1/key"));
  const plain = answers.map(({ status, headers, json }) => {
    const { instance: _, ...problem } = json();
    // It keeps no place that others want.
    expect(headers.get("connection")).toBe("close");
    return { status, type: headers.get("content-type"), challenge: headers.get("www-authenticate"), problem };
  });
  expect(new Set(plain.map((one) => JSON.stringify(one))).size).toBe(1);
  expect(plain[0]).toEqual({
    status: 401,
    type: "application/problem+json",
    challenge: 'Bearer realm="fleetkeeper"',
    problem: {
      type: "urn:fleetkeeper:problem:ERR_KEY_REFUSED",
      title: "The header Authorization has no valid API key",
      status: 401,
      code: "ERR_KEY_REFUSED",
      detail: "Send a key that is not revoked as `Authorization: Bearer fk_…`.",
    },
  });
});

test("anyone who guesses is sent away for a while, and a key that works continues from the same address", async () => {
  const { ask, makeKey } = await setup();
  const { key } = await makeKey(["accounts:read"]);
  expect((await ask(key, "/v1/key")).status).toBe(200);
  const guesses = await Promise.all(
    Array.from({ length: 40 }, () => ask(`fk_${"0".repeat(16)}_x`, "/v1/key")),
  );
  expect(guesses[0]?.status).toBe(401);
  const late = await ask("fk_no", "/v1/key");
  expect(late.status).toBe(429);
  expect(late.json().code).toBe("ERR_TOO_MANY_GUESSES");
  expect(Number(late.headers.get("retry-after"))).toBeGreaterThan(0);
  expect((await ask(key, "/v1/key")).status).toBe(200);
});

test("a key has its number of requests per second, and another key has its own", async () => {
  const { ask, makeKey } = await setup({ API_KEY_REQUESTS_PER_SECOND: "1" });
  const [one, other] = [await makeKey(["accounts:read"]), await makeKey(["accounts:read"])];
  const many = await Promise.all(Array.from({ length: 20 }, () => ask(one.key, "/v1/key")));
  const limited = many.find(({ status }) => status === 429);
  expect(limited?.json().code).toBe("ERR_RATE_LIMITED");
  expect(limited?.headers.get("retry-after")).toBe("1");
  expect((await ask(other.key, "/v1/key")).status).toBe(200);
});

test("neither log nor database nor metrics hold a key, and an unknown address is a problem", async () => {
  const { ask, makeKey, lines, db, opsUrl } = await setup();
  const { key, id } = await makeKey(["accounts:read"]);
  const nowhere = await ask(key, `/v1/nowhere?key=${key}`);
  expect([nowhere.status, nowhere.json().code]).toEqual([404, "ERR_NOT_FOUND"]);
  for (const [path, allow] of [
    ["/v1/key", "GET, HEAD"],
    ["/v1/accounts/a%2Fb?app=x", "GET, HEAD, PATCH"],
    ["/v1/webhooks", "GET, HEAD, POST"],
    ["/openapi.json", "GET, HEAD"],
  ] as const) {
    const wrong = await ask(key, path, { method: "DELETE" });
    expect([wrong.status, wrong.json().code, wrong.headers.get("allow")]).toEqual([
      405,
      "ERR_METHOD_NOT_ALLOWED",
      allow,
    ]);
  }
  const metrics = await (await fetch(`${opsUrl}/metrics`)).text();
  expect(metrics).toContain('fleetkeeper_publisher_problems_total{code="ERR_NOT_FOUND",service="api"} 1');
  const stored = JSON.stringify([
    await db.collection("apiKeys").find().toArray(),
    await db.collection("audit").find().toArray(),
  ]);
  const secret = key.slice(`fk_${id}_`.length);
  expect(stored).toContain(id);
  for (const text of [...lines, stored, metrics, nowhere.text]) expect(text).not.toContain(secret);
  expect((await fetch(`${opsUrl}/readyz`)).status).toBe(200);
});
