import { redisKeys } from "@fleetkeeper/redis";
import { expect, test, vi } from "vitest";
import { patient, setup } from "./world.ts";

const post = { method: "POST" };

test("Trackunit gets one request, even if many ask two processes at once for a missing token", async () => {
  const world = await setup();
  const { ask, startOne, makeKey, startWorker, installedAccount, loseTokens, simulator } = world;
  await startWorker();
  const account = await installedAccount();
  const { key } = await makeKey(["tokens:read"]);
  const path = `/v1/accounts/${account.accountId}/token`;
  const readKey = redisKeys(world.namespace).accessTokenRead(world.installationIdOf(account));
  expect(await world.redis.pttl(readKey)).toBe(-2);
  const warm = await ask(key, path, post);
  expect(warm.status).toBe(200);
  // So that workers keep it warm for as long as a token lives.
  expect(await world.redis.pttl(readKey)).toBeGreaterThan(3_000_000);
  expect(warm.json()).toMatchObject({ tokenType: "Bearer", scopes: ["asset.view"] });
  expect(Date.parse(warm.json().expiresAt)).toBeGreaterThan(Date.now() + 180_000);

  const other = await startOne();
  await loseTokens();
  const calls = account.tokenCalls;
  const asks = Array.from({ length: 40 }, (_, n) => (n % 2 ? ask : other.ask)(key, path, post));
  const tokens = (await Promise.all(asks)).map(({ status, json }) => [status, json().accessToken]);
  expect(new Set(tokens.map((token) => JSON.stringify(token))).size).toBe(1);
  expect(tokens[0]?.[0]).toBe(200);
  expect(account.tokenCalls).toBe(calls + 1);
  const answer = await fetch(`${simulator.apiUrl}/api/site/v1/sites?size=1`, {
    headers: { authorization: `Bearer ${tokens[0]?.[1]}` },
  });
  expect(answer.status).toBe(200);
});

test("a token that expires too soon for the caller is replaced once, and more than a token's life is refused", async () => {
  const { startOne, makeKey, startWorker, installedAccount } = await setup();
  await startWorker();
  const account = await installedAccount();
  const { key } = await makeKey(["tokens:read"]);
  const later = await startOne({ now: () => new Date(Date.now() + 1_000_000) });
  const path = `/v1/accounts/${account.accountId}/token`;
  const calls = account.tokenCalls;
  const first = (await later.ask(key, `${path}?minValidity=2500`, post)).json();
  expect(account.tokenCalls).toBe(calls);
  const longer = (await later.ask(key, `${path}?minValidity=3000`, post)).json();
  expect(account.tokenCalls).toBe(calls + 1);
  expect(longer.accessToken).not.toBe(first.accessToken);
  const tooLong = await later.ask(key, `${path}?minValidity=3300`, post);
  expect([tooLong.status, tooLong.json().code]).toEqual([409, "ERR_TOKEN_TOO_SHORT"]);
  expect(account.tokenCalls).toBe(calls + 1);
});

test("no token is returned for a paused or a revoked account, and one failed request is the answer for all callers", async () => {
  const {
    ask,
    makeKey,
    startWorker,
    installedAccount,
    loseTokens,
    simulator,
    store,
    queues,
    installationIdOf,
  } = await setup();
  await startWorker();
  const { key } = await makeKey(["tokens:read"]);
  const account = await installedAccount();
  const id = installationIdOf(account);
  const path = `/v1/accounts/${account.accountId}/token`;
  await store.pause(id);
  expect((await ask(key, path, post)).json().code).toBe("ERR_ACCOUNT_PAUSED");
  await store.resume(id, new Date());

  await loseTokens();
  simulator.faults.add({ kind: "status", status: 503, operation: "apptoken" });
  const down = await ask(key, path, post);
  expect([down.status, down.json().code]).toEqual([503, "ERR_TOKEN_UNAVAILABLE"]);
  expect(down.json().detail).toMatch(/^ERR_TOKEN_UNAVAILABLE: /);
  expect(Number(down.headers.get("retry-after"))).toBeGreaterThan(1);
  const calls = account.tokenCalls;
  expect((await ask(key, path, post)).status).toBe(503);
  expect(account.tokenCalls).toBe(calls);
  simulator.faults.clear();

  account.revoke();
  const { generation } = (await store.installations.find(id)) ?? {};
  if (generation === undefined) throw new Error("it was installed");
  await queues.addPrewarms([{ installationId: id, generation, renew: true }]);
  await vi.waitFor(async () => expect((await store.installations.find(id))?.state).toBe("revoked"), patient);
  const revoked = await ask(key, path, post);
  expect([revoked.status, revoked.json().code]).toEqual([409, "ERR_ACCOUNT_REVOKED"]);
});

test("without a worker the wait for a token ends, and no jobs accumulate in the queue", async () => {
  const { startOne, makeKey, startWorker, installedAccount, loseTokens, queues, lines } = await setup();
  const stop = await startWorker();
  const account = await installedAccount();
  await stop();
  const { key } = await makeKey(["tokens:read"]);
  const impatient = await startOne({ tokenWaitMs: 500 });
  await loseTokens();
  for (let round = 0; round < 3; round++) {
    const answer = await impatient.ask(key, `/v1/accounts/${account.accountId}/token`, post);
    expect([answer.status, answer.json().code]).toEqual([503, "ERR_TOKEN_PENDING"]);
  }
  expect(await queues.waiting("prewarm")).toBeLessThanOrEqual(1);
  expect(lines.join("\n")).toContain("ERR_TOKEN_PENDING");
});
