// A process of many readers of one token, for the row `token-readers`: told what to read by its first
// message, and when by the next.

import type { Generation, InstallationId } from "@fleetkeeper/model";
import { connected, connectProducer } from "@fleetkeeper/redis";
import { createCacheSealing } from "@fleetkeeper/sealing";
import { createEndpointPace, createTokenCache, createTokens } from "@fleetkeeper/tokens";
import type { JSONWebKeySet } from "jose";
import { Agent } from "undici";

/** What each of the processes is told. */
export interface Reading {
  redisUrl: string;
  tokenUrl: string;
  keys: JSONWebKeySet;
  id: InstallationId;
  credential: { clientId: string; clientSecret: string };
  readers: number;
}

process.once("message", async ({ redisUrl, tokenUrl, keys, id, credential, readers }: Reading) => {
  const redis = connectProducer(redisUrl);
  await connected(redis);
  const inputs = { tokenUrl, scopes: ["asset.view"] };
  const dispatcher = new Agent();
  const tokens = createTokens({
    cache: createTokenCache({
      ...inputs,
      ...{ redis, namespace: "bench" },
      sealing: await createCacheSealing(keys),
    }),
    redis,
    endpoint: { ...inputs, dispatcher, timeoutMs: 10_000 },
    loadCredential: async () => ({ credential, generation: "1" as Generation, state: "active" }),
    pace: createEndpointPace(redis, "bench"),
    onGrant: async () => undefined,
    onError: async () => 0,
  });
  process.once("message", async () => {
    await Promise.all(Array.from({ length: readers }, () => tokens.get(id)));
    redis.disconnect();
    await dispatcher.close();
    process.disconnect();
  });
  process.send?.("ready");
});
