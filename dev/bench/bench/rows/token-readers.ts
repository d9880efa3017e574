// Ten thousand readers of one expired token in four processes, and what a token takes in Redis: goal 4.

import { fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { Row } from "@fleetkeeper/bench";
import { generationOf, installationIdOf } from "@fleetkeeper/model";
import { connected, connectProducer, findKeys } from "@fleetkeeper/redis";
import { createCacheSealing, generateTokenKey } from "@fleetkeeper/sealing";
import { startSimulator } from "@fleetkeeper/simulator";
import { createTokenCache } from "@fleetkeeper/tokens";
import type { Reading } from "../read-tokens.ts";
import { startRowRedis } from "../start-row-redis.ts";

const processes = 4;
const readers = Number(process.env.READERS ?? 10_000);

export const tokenReaderRows: Row[] = [
  {
    name: "token-readers",
    what: `${readers.toLocaleString("en")} readers of one token that is not there, in ${processes} processes: requests`,
    unit: "",
    isCount: true,
    goal: { value: { atMost: 1 } },
    async open() {
      const redis = await startRowRedis();
      const simulator = await startSimulator({});
      const { clientId, clientSecret, accountId } = simulator.addAccount({ assets: 1 });
      const reading: Reading = {
        ...{ redisUrl: redis.url, tokenUrl: simulator.tokenUrl, keys: { keys: [generateTokenKey()] } },
        ...{ id: installationIdOf("@a/b", accountId), credential: { clientId, clientSecret } },
        readers: readers / processes,
      };
      return {
        async ours() {
          const before = simulator.requests.count({ operation: "apptoken" });
          const children = Array.from({ length: processes }, () =>
            fork(new URL("../read-tokens.ts", import.meta.url)),
          );
          for (const child of children) child.send(reading);
          await Promise.all(children.map((child) => once(child, "message")));
          for (const child of children) child.send("go");
          const codes = await Promise.all(children.map((child) => once(child, "exit")));
          if (codes.some(([code]) => code !== 0)) throw new Error("a reader failed");
          return simulator.requests.count({ operation: "apptoken" }) - before;
        },
        async close() {
          await simulator.close();
          await redis.close();
        },
      };
    },
  },
  {
    name: "token-size",
    what: "an access token of 1 200 characters in Redis",
    unit: "bytes",
    isCount: true,
    goal: { value: { atMost: 1_536 } },
    async open() {
      const server = await startRowRedis();
      const redis = connectProducer(server.url);
      await connected(redis);
      return {
        async ours() {
          const id = installationIdOf("@acme/fleet-insights", "00000000-0000-4000-8000-000000000000");
          const cache = createTokenCache({
            ...{ redis, namespace: "fleetkeeper", tokenUrl: "https://example.com", scopes: ["asset.view"] },
            sealing: await createCacheSealing({ keys: [generateTokenKey()] }),
          });
          const now = new Date();
          const expiresAt = new Date(now.getTime() + 3_600_000);
          // As a JWT of 1 200 characters: what is random in it does not pack.
          const accessToken = randomBytes(900).toString("base64url");
          const generation = generationOf({ issuedAt: now, receivedAt: now, contentHash: "0".repeat(64) });
          await cache.write(
            id,
            { accessToken, scopes: ["asset.view"], issuedAt: now, expiresAt, generation },
            now,
          );
          const [key = ""] = await findKeys(redis, "*");
          return Number(await redis.call("MEMORY", "USAGE", key));
        },
        async close() {
          redis.disconnect();
          await server.close();
        },
      };
    },
  },
];
