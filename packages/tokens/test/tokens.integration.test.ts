import { testNamespace } from "@fleetkeeper/local-stack";
import { asInstallationId, type Generation } from "@fleetkeeper/model";
import { connectConsumer, findKeys } from "@fleetkeeper/redis";
import { startSimulator } from "@fleetkeeper/simulator";
import { inBackground } from "@fleetkeeper/test-worlds";
import { Agent } from "undici";
import { expect, inject, onTestFinished, test } from "vitest";
import { createTokenCache, createTokens, type LoadedCredential } from "../src/index.ts";

const id = asInstallationId("@a.b.1");

/**
 * Several processes' tokens on one Redis and one account; sealing is reversible text here, its own package
 * tests it.
 */
async function setup() {
  const simulator = await startSimulator();
  const account = simulator.addAccount({ assets: 1 });
  const redis = connectConsumer(inject("redisUrl"));
  const dispatcher = new Agent();
  const namespace = testNamespace();
  onTestFinished(async () => {
    await redis.quit();
    await dispatcher.destroy();
    await simulator.close();
  });
  let loaded: Partial<LoadedCredential> = {};
  const outcomes: string[] = [];
  let clock = Date.now();
  const noted: string[] = [];
  let waitMs = 0;
  const createProcess = () => {
    const inputs = { tokenUrl: simulator.tokenUrl, scopes: ["asset.view"] };
    return createTokens({
      cache: createTokenCache({
        ...inputs,
        redis,
        namespace,
        sealing: {
          seal: (text, { installationId, purpose }) =>
            Buffer.from(btoa(JSON.stringify([installationId, purpose, text]))),
          async open(sealed, { installationId, purpose }) {
            const [owner, use, text] = JSON.parse(atob(sealed.toString()));
            if (owner !== installationId || use !== purpose) throw new Error("sealed for something else");
            return text;
          },
        },
      }),
      redis,
      endpoint: { ...inputs, dispatcher, timeoutMs: 1_000 },
      loadCredential: async () => ({
        credential: { clientId: account.clientId, clientSecret: account.clientSecret },
        generation: "1" as Generation,
        state: "active" as const,
        ...loaded,
      }),
      onGrant: async () => void outcomes.push("granted"),
      onError: async (_id, _generation, error) => {
        outcomes.push(error.code);
        return waitMs;
      },
      onLookup: (found) => noted.push(found),
      aroundRequest: (request) => {
        noted.push("request");
        return request();
      },
      now: () => new Date(clock),
    });
  };
  return {
    noted,
    simulator,
    account,
    redis,
    namespace,
    outcomes,
    createProcess,
    load: (next: Partial<LoadedCredential>) => {
      loaded = next;
    },
    holdFor: (ms: number) => {
      waitMs = ms;
    },
    pass: (ms: number) => {
      clock += ms;
    },
  };
}

test("the endpoint gets one request, even if many ask at once in many processes", async () => {
  const { simulator, account, createProcess } = await setup();
  simulator.faults.add({ kind: "delay", operation: "apptoken", delayMs: 200 });
  const processes = Array.from({ length: 5 }, createProcess);
  const tokens = await Promise.all(
    processes.flatMap((process) => [
      process.get(id),
      process.get(id),
      process.prewarm(id, "1" as Generation).then(({ token }) => token),
    ]),
  );
  expect(new Set(tokens.map(({ accessToken }) => accessToken)).size).toBe(1);
  expect(account.tokenCalls).toBe(1);
});

test("a token the API has refused is replaced once, for all that hold it", async () => {
  const { account, createProcess } = await setup();
  const [one, other] = [createProcess(), createProcess()];
  const { accessToken: refused } = await one.get(id);
  expect((await other.get(id)).accessToken).toBe(refused);
  const replaced = await Promise.all([
    one.get(id, { refused }),
    one.get(id, { refused }),
    other.get(id, { refused }),
  ]);
  expect(new Set(replaced.map(({ accessToken }) => accessToken)).size).toBe(1);
  expect(replaced[0]?.accessToken).not.toBe(refused);
  expect(account.tokenCalls).toBe(2);
});

test("a token is renewed before it expires, not before", async () => {
  const { account, createProcess, pass } = await setup();
  const process = createProcess();
  await process.get(id);
  pass(20 * 60_000);
  await process.prewarm(id, "1" as Generation);
  expect(account.tokenCalls).toBe(1);
  pass(25 * 60_000);
  await process.prewarm(id, "1" as Generation);
  expect(account.tokenCalls).toBe(2);
  pass(58 * 60_000);
  await process.get(id);
  expect(account.tokenCalls).toBe(3);
});

test("a newer install gets a new token; a refresh always does", async () => {
  const { account, createProcess, load, pass } = await setup();
  const process = createProcess();
  await process.prewarm(id, "1" as Generation);
  load({ generation: "2" as Generation });
  expect((await process.prewarm(id, "2" as Generation)).token.generation).toBe("2");
  expect(account.tokenCalls).toBe(2);
  pass(1);
  await process.refresh(id);
  expect(account.tokenCalls).toBe(3);
});

test("a revoked installation's credential is tried by the prewarm only", async () => {
  const { account, createProcess, load, outcomes } = await setup();
  load({ state: "revoked" });
  const process = createProcess();
  await expect(process.get(id)).rejects.toMatchObject({ code: "ERR_INSTALLATION_REVOKED" });
  expect(account.tokenCalls).toBe(0);
  account.revoke();
  await expect(process.prewarm(id, "1" as Generation)).rejects.toMatchObject({
    code: "ERR_TOKEN_INVALID_CLIENT",
  });
  account.restore();
  await process.prewarm(id, "1" as Generation);
  expect(outcomes).toEqual(["ERR_TOKEN_INVALID_CLIENT", "granted"]);
});

test("a lock that its owner left behind expires, and no process frees another's", async () => {
  const { redis, namespace, createProcess } = await setup();
  const process = createProcess();
  await process.get(id);
  const [tokenKey = ""] = await findKeys(redis, `*${namespace}*:token:*`);
  await redis.del(tokenKey);
  await redis.set(`${tokenKey}:lock`, "somebody else", "PX", 700);
  const other = createProcess();
  const waiting = inBackground(other.get(id));
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(await redis.get(`${tokenKey}:lock`)).toBe("somebody else");
  expect((await waiting).accessToken).not.toBe("");
});

test("what is in Redis is sealed, ends with the token and can be forgotten", async () => {
  const { redis, namespace, createProcess } = await setup();
  const process = createProcess();
  const { accessToken } = await process.get(id);
  const [tokenKey = ""] = await findKeys(redis, `*${namespace}*:token:*`);
  expect(await redis.get(tokenKey)).not.toContain(accessToken);
  expect(await redis.pttl(tokenKey)).toBeGreaterThan(3_500_000);
  expect(await redis.pttl(tokenKey)).toBeLessThanOrEqual(3_600_000);
  await process.forget(id);
  expect(await findKeys(redis, `*${namespace}*:token:*`)).toEqual([]);
});

test("each read reports where the token was found, and each request can be timed", async () => {
  const { createProcess, noted } = await setup();
  const [one, other] = [createProcess(), createProcess()];
  await one.get(id);
  await one.get(id);
  await other.get(id);
  await other.get(id);
  await one.prewarm(id, "1" as Generation);
  expect(noted).toEqual(["none", "request", "memory", "redis", "memory"]);
});

test("a newer install is used by the next request of anyone who knows of it, in every process", async () => {
  const { createProcess, load } = await setup();
  const [one, other] = [createProcess(), createProcess()];
  const old = await one.get(id);
  expect((await other.get(id)).accessToken).toBe(old.accessToken);
  load({ generation: "2" as Generation });
  const atLeast = "2" as Generation;
  const renewed = await one.get(id, { atLeast });
  expect(renewed).toMatchObject({ generation: "2" });
  expect(renewed.accessToken).not.toBe(old.accessToken);
  expect((await other.get(id, { atLeast })).accessToken).toBe(renewed.accessToken);
  expect((await other.get(id)).accessToken).toBe(renewed.accessToken);
});

test("no token of an older credential is given to anyone who knows of a newer install", async () => {
  const { account, createProcess } = await setup();
  await expect(createProcess().get(id, { atLeast: "2" as Generation })).rejects.toMatchObject({
    code: "ERR_TOKEN_CREDENTIAL_OUTDATED",
  });
  expect(account.tokenCalls).toBe(0);
});

test("one failed request is the answer for all callers in every process, until its wait ends", async () => {
  const { simulator, account, createProcess, outcomes, holdFor, pass } = await setup();
  simulator.faults.add({ kind: "rate-limit", operation: "apptoken", retryAfterS: 600 });
  holdFor(600_000);
  const processes = [createProcess(), createProcess(), createProcess()];
  const ask = () =>
    Promise.all(
      processes.flatMap((process) => [
        process.get(id).catch((error) => error),
        process.prewarm(id, "1" as Generation).catch((error) => error),
      ]),
    );
  for (let round = 0; round < 4; round++)
    for (const error of await ask())
      expect(error).toMatchObject({ code: "ERR_TOKEN_RATE_LIMITED", remedy: "later" });
  expect(account.tokenCalls).toBe(1);
  expect(outcomes).toEqual(["ERR_TOKEN_RATE_LIMITED"]);
  simulator.faults.clear();
  pass(599_000);
  await expect(createProcess().get(id)).rejects.toMatchObject({ retryAfterMs: 1_000 });
  pass(1_000);
  await createProcess().get(id);
  expect(account.tokenCalls).toBe(2);
});

test("a failure holds back neither a newer install nor an operator's refresh", async () => {
  const { simulator, createProcess, load, holdFor, pass } = await setup();
  simulator.faults.add({ kind: "status", operation: "apptoken", times: 1 });
  holdFor(600_000);
  const process = createProcess();
  await expect(process.get(id)).rejects.toMatchObject({ code: "ERR_TOKEN_UNAVAILABLE" });
  await expect(process.get(id)).rejects.toMatchObject({ code: "ERR_TOKEN_UNAVAILABLE", remedy: "later" });
  load({ generation: "2" as Generation });
  await process.get(id, { atLeast: "2" as Generation });
  pass(1);
  expect((await process.refresh(id)).isNew).toBe(true);
});

test("no token is requested for a paused account, except by an operator", async () => {
  const { account, createProcess, load } = await setup();
  load({ state: "paused" });
  const process = createProcess();
  const ways = [() => process.get(id), () => process.prewarm(id, "1" as Generation)];
  for (const ask of ways)
    await expect(ask()).rejects.toMatchObject({ code: "ERR_INSTALLATION_PAUSED", remedy: "later" });
  expect(account.tokenCalls).toBe(0);
  await process.refresh(id);
  expect(account.tokenCalls).toBe(1);
});

test("exactly one of the waiting callers sees a token as new", async () => {
  const { createProcess, outcomes } = await setup();
  const processes = Array.from({ length: 3 }, createProcess);
  const obtained = await Promise.all(processes.map((process) => process.prewarm(id, "1" as Generation)));
  expect(obtained.filter(({ isNew }) => isNew)).toHaveLength(1);
  expect(outcomes).toEqual(["granted"]);
});
