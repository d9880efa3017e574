import { KeySetFetchError } from "@fleetkeeper/callbacks";
import { createLog } from "@fleetkeeper/telemetry";
import { exportJWK, generateKeyPair, type JWK } from "jose";
import { expect, test, vi } from "vitest";
import { createKeySet } from "../src/key-set.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const { publicKey } = await generateKeyPair("ES256");
const jwk = await exportJWK(publicKey);
const named = (kid: string): JWK => ({ ...jwk, kid });
const token = { payload: "", signature: "" };

/** A key set with a clock and an endpoint in the hands of the test. */
function setup() {
  const endpoint = {
    keys: [named("k1")],
    unreadable: [] as (string | null)[],
    down: false,
    retryAfterMs: undefined as number | undefined,
    fetches: 0,
    heldUntil: undefined as Promise<void> | undefined,
  };
  let nowMs = Date.UTC(2026, 0, 1);
  const keySet = createKeySet({
    fetchKeys: async () => {
      endpoint.fetches++;
      const { keys, unreadable } = endpoint;
      await endpoint.heldUntil;
      if (endpoint.down) throw new KeySetFetchError("down", endpoint);
      return { keys, unreadable };
    },
    maxStaleMs: 24 * hourMs,
    log: createLog({ service: "test", level: "silent" }),
    now: () => new Date(nowMs),
  });
  return {
    endpoint,
    keySet,
    keyFor: (kid?: string) => keySet.keyFor({ alg: "ES256", ...(kid === undefined ? {} : { kid }) }, token),
    advance: (ms: number) => {
      nowMs += ms;
    },
  };
}

const unavailable = { code: "ERR_KEY_SET_UNAVAILABLE", remedy: "retry" };
const unknownKey = { code: "ERR_JWKS_NO_MATCHING_KEY" };

test("many tokens at once cost one fetch", async () => {
  const { keyFor, endpoint } = setup();
  await Promise.all(Array.from({ length: 50 }, () => keyFor("k1")));
  expect(endpoint.fetches).toBe(1);
});

test("keys older than ten minutes are refreshed in the background, while the old ones serve", async () => {
  const { keySet, keyFor, endpoint, advance } = setup();
  await keyFor("k1");
  advance(10 * minuteMs - 1);
  await keyFor("k1");
  expect(endpoint.fetches).toBe(1);
  advance(1);
  await keyFor("k1");
  await keySet.refreshIfDue();
  expect(endpoint.fetches).toBe(2);
  expect(keySet.ageMs()).toBe(0);
});

test("while the key endpoint is down the old keys serve up to the bound, and then nothing does", async () => {
  const { keySet, keyFor, endpoint, advance } = setup();
  await keyFor("k1");
  endpoint.down = true;
  advance(24 * hourMs);
  await keyFor("k1");
  expect(() => keySet.check()).not.toThrow();
  advance(1);
  await expect(keyFor("k1")).rejects.toMatchObject(unavailable);
  expect(() => keySet.check()).toThrow(expect.objectContaining(unavailable));
  endpoint.down = false;
  advance(5_000);
  await keyFor("k1");
});

test("a failing key endpoint is asked every five seconds at most", async () => {
  const { keySet, keyFor, endpoint, advance } = setup();
  endpoint.down = true;
  for (let second = 0; second < 20; second++) {
    await expect(keyFor("k1")).rejects.toMatchObject(unavailable);
    advance(1_000);
  }
  expect(endpoint.fetches).toBe(4);
  expect(keySet.ageMs()).toBe(Number.POSITIVE_INFINITY);
});

test("a new key is found at once", async () => {
  const { keyFor, endpoint, advance } = setup();
  await keyFor("k1");
  endpoint.keys = [named("k1"), named("k2")];
  advance(1);
  await keyFor("k2");
  expect(endpoint.fetches).toBe(2);
});

test("a flood of unknown keys costs one fetch in ten seconds, and only keys that this fetch lacks are refused", async () => {
  const { keyFor, endpoint, advance } = setup();
  await keyFor("k1");
  const codes: string[] = [];
  for (let second = 0; second < 20; second++) {
    for (const kid of ["a", "b", "c"])
      codes.push(await keyFor(kid).then(String, (error: { code: string }) => error.code));
    advance(1_000);
  }
  expect(endpoint.fetches).toBe(3);
  expect(codes.filter((code) => code === unknownKey.code)).toHaveLength(2);
  expect(codes.filter((code) => code === unavailable.code)).toHaveLength(58);
});

test("around a key rotation one junk token makes no honest callback fail permanently", async () => {
  const { keyFor, endpoint, advance } = setup();
  await keyFor("k1");
  await expect(keyFor("junk")).rejects.toMatchObject(unknownKey);
  endpoint.keys = [named("k1"), named("k2")];
  advance(1_000);
  await expect(keyFor("k2")).rejects.toMatchObject(unavailable);
  advance(10_000);
  await keyFor("k2");
});

test("a key set whose fetch began before the request arrived makes no key unknown", async () => {
  const { keyFor, endpoint } = setup();
  await keyFor("k1");
  const { promise, resolve: letGo } = Promise.withResolvers<void>();
  endpoint.heldUntil = promise;
  const junk = keyFor("junk").catch((error: unknown) => error);
  await vi.waitFor(() => expect(endpoint.fetches).toBe(2), { timeout: 20_000 });
  endpoint.keys = [named("k1"), named("k2")];
  const honest = keyFor("k2").catch((error: unknown) => error);
  letGo();
  expect(await junk).toMatchObject(unknownKey);
  expect(await honest).toMatchObject(unavailable);
});

test("a key is unknown only as far as a successful fetch says so", async () => {
  const { keyFor, endpoint, advance } = setup();
  await keyFor("k1");
  endpoint.down = true;
  endpoint.keys = [named("k2")];
  await expect(keyFor("k2")).rejects.toMatchObject(unavailable);
  await expect(keyFor("k2")).rejects.toMatchObject(unavailable);
  await keyFor("k1");
  endpoint.down = false;
  advance(30_000);
  await keyFor("k2");
  advance(10_000);
  await expect(keyFor("k1")).rejects.toMatchObject(unknownKey);
});

test("a token without kid is for whichever of several keys verifies it", async () => {
  const { keySet, keyFor, endpoint, advance } = setup();
  await keyFor();
  endpoint.keys = [named("k1"), named("k2")];
  advance(10 * minuteMs);
  await keySet.refreshIfDue();
  await expect(keyFor()).rejects.toMatchObject({ code: "ERR_JWKS_MULTIPLE_MATCHING_KEYS" });
});

test("a key serves no other algorithm than its own kind's", async () => {
  const { keySet } = setup();
  await expect(keySet.keyFor({ alg: "RS256", kid: "k1" }, token)).rejects.toMatchObject(unknownKey);
  await expect(keySet.keyFor({ alg: "HS256", kid: "k1" }, token)).rejects.toMatchObject({
    code: "ERR_JOSE_NOT_SUPPORTED",
  });
});

test("a key that is in the key set and cannot be read is our lack: retry later, instead of no", async () => {
  const { keyFor, endpoint, advance } = setup();
  endpoint.unreadable = ["post-quantum"];
  await expect(keyFor("post-quantum")).rejects.toMatchObject(unavailable);
  advance(10_000);
  await expect(keyFor("nobody's")).rejects.toMatchObject(unknownKey);
  endpoint.unreadable = [null];
  advance(30_000);
  await expect(keyFor("anybody's")).rejects.toMatchObject(unavailable);
});

test("a key endpoint that says how long to leave it alone is left alone for so long", async () => {
  const { keySet, keyFor, endpoint, advance } = setup();
  await keyFor("k1");
  Object.assign(endpoint, { down: true, retryAfterMs: 5 * minuteMs });
  advance(10 * minuteMs);
  await keySet.refreshIfDue();
  expect(endpoint.fetches).toBe(2);
  advance(5 * minuteMs - 1);
  await keySet.refreshIfDue();
  await expect(keyFor("k2")).rejects.toMatchObject(unavailable);
  expect(endpoint.fetches).toBe(2);
  advance(1);
  await keySet.refreshIfDue();
  expect(endpoint.fetches).toBe(3);
});

test("a signature that no key made lets the keys be fetched, once in a while: one may have been replaced", async () => {
  const { keySet, keyFor, endpoint, advance } = setup();
  await keyFor("k1");
  expect(await Promise.all(Array.from({ length: 50 }, () => keySet.hasNewerKeys()))).toContain(true);
  expect(endpoint.fetches).toBe(2);
  expect(await keySet.hasNewerKeys()).toBe(false);
  expect(endpoint.fetches).toBe(2);
  advance(10_000);
  expect(await keySet.hasNewerKeys()).toBe(true);
});

test("while the key endpoint is down such a signature is refused with the keys that there are", async () => {
  const { keySet, keyFor, endpoint } = setup();
  await keyFor("k1");
  endpoint.down = true;
  expect(await keySet.hasNewerKeys()).toBe(false);
});
