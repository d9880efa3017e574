// What an access token costs to open, and to read from memory: goal 4.

import { randomBytes } from "node:crypto";
import { cpuMicrosecondsEach, type Row } from "@fleetkeeper/bench";
import { type Generation, type InstallationId, installationIdOf } from "@fleetkeeper/model";
import { connected, connectProducer, findKeys } from "@fleetkeeper/redis";
import { createCacheSealing, generateTokenKey } from "@fleetkeeper/sealing";
import { createEndpointPace, createTokenCache, createTokens } from "@fleetkeeper/tokens";
import { CompactEncrypt, compactDecrypt, generateKeyPair } from "jose";
import { Agent } from "undici";
import { startRowRedis } from "../start-row-redis.ts";

const opened = Number(process.env.OPENED ?? 2_000);
const reads = Number(process.env.READS ?? 1_000_000);
const id = installationIdOf("@a/b", "1");
/** As long as those that Trackunit gives. */
const text = JSON.stringify({
  accessToken: randomBytes(900).toString("base64url"),
  scopes: ["asset.view"],
});

export const tokenRows: Row[] = [
  {
    name: "token-open",
    what: "opening an access token as it is in Redis",
    unit: "µs of CPU",
    yardstick: "RSA-OAEP with RSA-3072, as it was",
    goal: { ratio: { atMost: 0.1 } },
    async open() {
      const { seal, open } = await createCacheSealing({ keys: [generateTokenKey()] });
      const binding = { installationId: id, purpose: "access-token" } as const;
      const sealed = seal(text, binding);
      const { publicKey, privateKey } = await generateKeyPair("RSA-OAEP-256", { modulusLength: 3_072 });
      const ofRsa = await new CompactEncrypt(new TextEncoder().encode(text))
        .setProtectedHeader({ alg: "RSA-OAEP-256", enc: "A256GCM" })
        .encrypt(publicKey);
      return {
        ours: () => each(opened, () => open(sealed, binding)),
        yardstick: () => each(opened / 10, () => compactDecrypt(ofRsa, privateKey)),
      };
    },
  },
  {
    name: "token-open-bare",
    what: "opening an access token as it is in Redis",
    unit: "µs of CPU",
    yardstick: "compactDecrypt of jose by hand",
    goal: { ratio: { atMost: 1.5 } },
    async open() {
      const { seal, open } = await createCacheSealing({ keys: [generateTokenKey()] });
      const binding = { installationId: id, purpose: "access-token" } as const;
      const sealed = seal(text, binding);
      const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, true, [
        "encrypt",
        "decrypt",
      ]);
      const bare = await new CompactEncrypt(new TextEncoder().encode(text))
        .setProtectedHeader({ alg: "dir", enc: "A256GCM" })
        .encrypt(key);
      return {
        ours: () => each(opened, () => open(sealed, binding)),
        yardstick: () => each(opened, () => compactDecrypt(bare, key)),
      };
    },
  },
  {
    name: "token-memory",
    what: "tokens.get from memory",
    unit: "reads/s of CPU",
    yardstick: "a Map behind an async function",
    goal: { value: { atLeast: 1_000_000 } },
    async open() {
      const { tokens, close } = await tokensWithOneInMemory();
      const map = new Map<InstallationId, { expiresAt: Date }>([[id, { expiresAt: new Date() }]]);
      const read = async (key: InstallationId) => map.get(key);
      return {
        ours: async () => 1_000_000 / (await each(reads, () => tokens.get(id))),
        yardstick: async () => 1_000_000 / (await each(reads, () => read(id))),
        close,
      };
    },
  },
  {
    name: "token-redis",
    what: "an access token from Redis, opened",
    unit: "µs of CPU",
    yardstick: "raw GET of the same",
    async open() {
      const { cache, redis, close } = await tokensWithOneInMemory();
      const [key = ""] = await findKeys(redis, "*:token:*");
      return {
        ours: () => each(opened, () => cache.read(id)),
        yardstick: () => each(opened, () => redis.getBuffer(key)),
        close,
      };
    },
  },
];

async function each(times: number, run: () => Promise<unknown>): Promise<number> {
  return cpuMicrosecondsEach(times, async () => {
    for (let time = 0; time < times; time++) await run();
  });
}

/** A cache whose token came from Redis once, and a credential that may not be read. */
async function tokensWithOneInMemory() {
  const server = await startRowRedis();
  const redis = connectProducer(server.url);
  await connected(redis);
  const inputs = { tokenUrl: "http://127.0.0.1:9/apptoken", scopes: ["asset.view"] };
  const cache = createTokenCache({
    ...inputs,
    redis,
    namespace: "bench",
    sealing: await createCacheSealing({ keys: [generateTokenKey()] }),
  });
  const now = new Date();
  await cache.write(
    id,
    {
      accessToken: "token",
      scopes: ["asset.view"],
      issuedAt: now,
      expiresAt: new Date(now.getTime() + 3_600_000),
      generation: "1" as Generation,
    },
    now,
  );
  const dispatcher = new Agent();
  const tokens = createTokens({
    cache,
    redis,
    endpoint: { ...inputs, dispatcher, timeoutMs: 1_000 },
    loadCredential: () => Promise.reject(new Error("the token is there")),
    pace: createEndpointPace(redis, "bench"),
    onGrant: async () => undefined,
    onError: async () => 0,
  });
  await tokens.get(id);
  return {
    tokens,
    cache,
    redis,
    async close() {
      await dispatcher.close();
      redis.disconnect();
      await server.close();
    },
  };
}
