import { readCallbackInbox } from "@fleetkeeper/jobs";
import type { SealedText } from "@fleetkeeper/model";
import { installationIdOf } from "@fleetkeeper/model";
import { findKeys, redisKeys } from "@fleetkeeper/redis";
import { inBackground } from "@fleetkeeper/test-worlds";
import { expect, test, vi } from "vitest";
import { openRaw } from "./raw-connection.ts";
import { app, testWorld, type World } from "./world.ts";

let world: World;

const callbackUrl = () => `${world.url}/appinstall`;

test("an install becomes one job that holds the sealed credential", async () => {
  world = await testWorld();
  const { account, simulator } = world;
  const installationId = installationIdOf(app, account.accountId);
  for (const how of [{ algorithm: "RS256" }, { algorithm: "ES256", bearer: true }] as const) {
    const answer = await simulator.install(account.accountId, { callbackUrl: callbackUrl(), ...how });
    expect(answer).toEqual({ status: 202, body: { status: "accepted", installationId } });
  }
  const [job, other] = await world.queued();
  expect(other?.kind).toBe("install");
  expect(job).toMatchObject({
    kind: "install",
    installationId,
    irisAppId: app,
    accountId: account.accountId,
    generation: expect.stringMatching(/^\d{15}-\d{15}-[0-9a-f]{16}$/),
    clientIdFingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
  });
  const { sealedCredential } = job as { sealedCredential: SealedText };
  const credential = JSON.parse(
    await world.open(sealedCredential, { installationId, purpose: "credential" }),
  );
  expect(credential).toEqual({ clientId: account.clientId, clientSecret: account.clientSecret });
  const { signature, ...signed } = job as { signature?: unknown };
  await world.verify(signed, signature);
});

test("observations of callbacks, accepted or not, are kept without a secret, signed and sampled", async () => {
  world = await testWorld();
  const { account, redis, namespace, simulator } = world;
  const token = await simulator.signCallbackToken({
    told: account.clientSecret,
    iss: "https://issuer.example",
  });
  expect(await world.callback({ token })).toMatchObject({ status: 202 });
  const others = { body: world.bodyOf({ irisAppId: "@other/app" }) };
  for (let sent = 0; sent < 14; sent++)
    expect(await world.callback(others)).toMatchObject({ code: "ERR_APP_NOT_ALLOWED" });
  await fetch(`${world.url}/appinstall`);
  const seen = () => readCallbackInbox(redis, namespace, world.verify);
  await vi.waitFor(async () => expect(await seen()).toHaveLength(11), { timeout: 20_000 });
  const entries = await seen();
  expect(new Set(entries.map(({ origin }) => origin))).toEqual(new Set(["ingress"]));
  const [taken, refused] = ["accepted", "refused"].map((wanted) =>
    entries.find(({ outcome }) => outcome === wanted),
  );
  expect(taken).toMatchObject({
    status: 202,
    address: "127.0.0.1",
    body: { accountId: account.accountId, fields: expect.arrayContaining(["clientSecret"]) },
    token: { header: { alg: "RS256" }, claims: { iss: "https://issuer.example", told: "[as in the body]" } },
  });
  expect(refused).toMatchObject({ code: "ERR_APP_NOT_ALLOWED", status: 403 });
  const text = (await redis.lrange(redisKeys(namespace).callbackInbox("taken"), 0, -1)).join();
  for (const secret of [account.clientSecret, account.clientId, token.split(".")[2] ?? ""])
    expect(text + JSON.stringify(entries)).not.toContain(secret);
  const { installationId, sealed } = refused ?? {};
  if (installationId === undefined || sealed === undefined) throw new Error("nothing is kept for a replay");
  expect(JSON.parse(await world.open(sealed, { installationId, purpose: "callback" }))).toMatchObject({
    body: expect.stringContaining(account.clientSecret),
  });
  const key = redisKeys(namespace).callbackInbox("refused");
  await redis.lset(key, 0, ((await redis.lindex(key, 0)) ?? "").replace("127.0.0.1", "127.0.0.9"));
  expect((await seen()).filter(({ origin }) => origin === "foreign")).toHaveLength(1);
});

test("a repeated delivery is accepted again and is still one job", async () => {
  world = await testWorld();
  const token = await world.simulator.signCallbackToken();
  const reordered = JSON.stringify(
    Object.fromEntries(Object.entries(JSON.parse(world.bodyOf())).reverse()),
    null,
    2,
  );
  for (const body of [world.bodyOf(), world.bodyOf(), reordered])
    expect(await world.callback({ token, body })).toMatchObject({ status: 202 });
  const together = await Promise.all(Array.from({ length: 20 }, () => world.callback({ token })));
  expect(together.map(({ status }) => status)).toEqual(Array(20).fill(202));
  expect(await world.queued()).toHaveLength(1);
});

test("a token carries no other body than its first, for as long as it is acceptable", async () => {
  world = await testWorld();
  const token = await world.simulator.signCallbackToken({}, { expiresInS: 3_600, issuedAt: null });
  expect(await world.callback({ token })).toMatchObject({ status: 202 });
  for (const changes of [
    { accountId: "01234567-89ab-4def-8123-456789abcdef" },
    { clientSecret: "other" },
    { extra: 1 },
    { type: "OTHER" },
  ]) {
    const answer = await world.callback({ token, body: world.bodyOf(changes) });
    expect(answer).toMatchObject({ status: 409, code: "ERR_TOKEN_REUSED", retryAfter: null });
  }
  expect(await world.queued()).toHaveLength(1);
  const [key = ""] = await findKeys(world.redis, `*${world.namespace}*:callback-token`);
  const lifeS = await world.redis.ttl(key);
  expect(lifeS).toBeGreaterThan(3_600);
  expect(lifeS).toBeLessThanOrEqual(3_631);
});

test("of two bodies that race with one token, one wins", async () => {
  world = await testWorld();
  const token = await world.simulator.signCallbackToken();
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      world.callback({ token, body: world.bodyOf({ clientSecret: `s${i}` }) }),
    ),
  );
  expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 409)).toHaveLength(19);
  expect(await world.queued()).toHaveLength(1);
});

test("a token without any time in it is bound for thirty days", async () => {
  world = await testWorld();
  const token = await world.simulator.signCallbackToken({}, { expiresInS: null, issuedAt: null });
  expect(await world.callback({ token })).toMatchObject({ status: 202 });
  const [key = ""] = await findKeys(world.redis, `*${world.namespace}*:callback-token`);
  expect(await world.redis.ttl(key)).toBeGreaterThan(30 * 24 * 3_600 - 60);
});

test("a new install has a greater generation than one that was issued before and comes later", async () => {
  world = await testWorld();
  const [early, late] = [new Date(Date.now() - 60_000), new Date()];
  for (const issuedAt of [late, early])
    await world.callback({ token: await world.simulator.signCallbackToken({}, { issuedAt }) });
  const [first, second] = (await world.queued()) as { generation: string }[];
  expect((first?.generation ?? "") > (second?.generation ?? "")).toBe(true);
});

test("keys rotate without a refused callback", async () => {
  world = await testWorld();
  expect(await world.callback()).toMatchObject({ status: 202 });
  const old = await world.simulator.signCallbackToken();
  await world.simulator.rotateKeys();
  expect(await world.callback({ body: world.bodyOf({ x: 1 }) })).toMatchObject({ status: 202 });
  expect(await world.callback({ token: old, body: world.bodyOf({ x: 2 }) })).toMatchObject({ status: 202 });
});

test("a key that was withdrawn is refused once the keys are fetched again", async () => {
  world = await testWorld();
  await world.simulator.rotateKeys();
  await world.callback();
  const old = await world.simulator.signCallbackToken({}, { expiresInS: 3_600, issuedAt: null });
  await world.simulator.rotateKeys({ keepOld: false });
  world.advance(10 * 60_000);
  expect(await world.callback()).toMatchObject({ status: 202 });
  world.advance(10_000);
  expect(await world.callback({ token: old })).toMatchObject({
    status: 401,
    code: "ERR_IDENTITY_UNKNOWN_KEY",
  });
});

test("while the key endpoint is down the old keys serve up to the bound, then it is 503 until it is back", async () => {
  world = await testWorld();
  world.simulator.faults.add({ kind: "status", operation: "jwks", status: 502 });
  // The clock continues meanwhile, by seconds on a busy machine.
  world.advance(24 * 3_600_000 - 60_000);
  expect(await world.callback()).toMatchObject({ status: 202 });
  world.advance(120_000);
  expect(await world.callback()).toMatchObject({
    status: 503,
    code: "ERR_KEY_SET_UNAVAILABLE",
    retryAfter: "10",
  });
  expect((await fetch(`${world.opsUrl}/readyz`)).status).toBe(503);
  world.simulator.faults.clear();
  world.advance(5_000);
  expect(await world.callback()).toMatchObject({ status: 202 });
  await vi.waitFor(async () => expect((await fetch(`${world.opsUrl}/readyz`)).status).toBe(200), {
    timeout: 30_000,
  });
});

test("the age of the keys and the results are metrics", async () => {
  world = await testWorld();
  await world.callback();
  await world.callback({ token: "a.b.c" });
  world.advance(90_000);
  const metrics = await (await fetch(`${world.opsUrl}/metrics`)).text();
  expect(metrics).toMatch(/^fleetkeeper_key_set_age_seconds\{service="ingress"\} 9\d/m);
  expect(metrics).toContain('fleetkeeper_callbacks_total{result="accepted",service="ingress"} 1');
  expect(metrics).toContain(
    'fleetkeeper_callbacks_total{result="ERR_IDENTITY_MALFORMED",service="ingress"} 1',
  );
});

test("an account id that is not a UUID is refused before anything else; one in capital letters is the account itself", async () => {
  world = await testWorld();
  const { accountId } = world.account;
  for (const odd of ["a:b", "../accounts", `${accountId}/..`]) {
    const answer = await world.callback({ body: world.bodyOf({ accountId: odd }) });
    expect(answer).toMatchObject({ status: 400, code: "ERR_ACCOUNT_ID" });
  }
  expect(await world.queued()).toEqual([]);
  const loud = await world.callback({ body: world.bodyOf({ accountId: accountId.toUpperCase() }) });
  expect(loud.status).toBe(202);
  expect(await world.queued()).toMatchObject([{ accountId }]);
});

test("an app that is not on the list is refused, and its token binds nothing", async () => {
  world = await testWorld();
  for (const irisAppId of ["@fleetkeeper/other", "@fleetkeeper", "@Fleetkeeper/demo", "@fleetkeeper/demo2"]) {
    const answer = await world.callback({ body: world.bodyOf({ irisAppId }) });
    expect(answer).toMatchObject({ status: 403, code: "ERR_APP_NOT_ALLOWED" });
  }
  expect(await findKeys(world.redis, `*${world.namespace}*`)).toEqual(
    expect.not.arrayContaining([expect.stringContaining("callback-token")]),
  );
});

test("an unknown type is accepted, sealed whole, and shown to the operator", async () => {
  world = await testWorld();
  const { accountId } = world.account;
  const body = { type: "UNINSTALLED\u001b[31m‮", irisAppId: app, accountId, reason: "confidential" };
  expect(await world.callback({ body: JSON.stringify(body) })).toMatchObject({ status: 202 });
  const [job] = await world.queued();
  expect(job).toMatchObject({ kind: "unrecognised", type: "UNINSTALLED?[31m?", accountId });
  const { sealedBody, installationId } = job as Extract<typeof job, { kind: "unrecognised" }>;
  expect(JSON.parse(await world.open(sealedBody, { installationId, purpose: "callback" }))).toEqual(body);
  const line =
    world
      .logged()
      .split("\n")
      .find((text) => text.includes("unrecognised")) ?? "";
  expect(JSON.parse(line)).toMatchObject({ level: "warn", type: "UNINSTALLED?[31m?" });
  expect(world.logged()).not.toContain("confidential");
});

test("a stop loses no callback that has come, lets the one in progress end, and waits for no idle connection", async () => {
  world = await testWorld();
  let accepted = 0;
  const send = async () => {
    await world.callback();
    accepted++;
  };
  await send();
  const body = world.bodyOf();
  const { socket, received } = openRaw(world.url);
  socket.write(
    `POST /appinstall HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-type: application/json\r\n` +
      `trackunit-identity: ${await world.simulator.signCallbackToken()}\r\ncontent-length: ${body.length}\r\n\r\n`,
  );
  await expect.poll(received).toContain("100 Continue");
  const stopped = inBackground(world.stopIngress());
  await expect.poll(() => send().catch(() => "refused"), { timeout: 20_000 }).toBe("refused");
  socket.write(body);
  await stopped;
  expect(received()).toContain("HTTP/1.1 202 ");
  expect(accepted).toBeGreaterThan(1);
  expect(await world.queued()).toHaveLength(accepted + 1);
});
