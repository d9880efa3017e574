import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { installationIdOf } from "@fleetkeeper/model";
import { findKeys } from "@fleetkeeper/redis";
import { createCacheSealing } from "@fleetkeeper/sealing";
import { expect, test, vi } from "vitest";
import { dumpMongodb, dumpRedis, readLogs, runSystem } from "./running-system.ts";

const patient = { timeout: 60_000, interval: 100 };

test("neither a client secret nor an access token is in clear in Redis, in MongoDB or in a log at level trace", async () => {
  const { simulator, store, redis, db, namespace, dataDir, logDir } = await runSystem({ LOG_LEVEL: "trace" });
  const [account] = simulator.accounts();
  if (account === undefined) throw new Error("no account");
  const refused = simulator.addAccount({ assets: 1 });
  const canary = account.clientSecret;
  const refusedCanary = `canary-${refused.clientSecret}`;
  expect((await simulator.install(account.accountId)).status).toBe(202);
  await simulator.install(refused.accountId, { extra: { clientSecret: refusedCanary } });
  await simulator.install(refused.accountId, {
    type: "SOMETHING_ELSE",
    extra: { clientSecret: refusedCanary },
  });
  await simulator.install(refused.accountId, {
    irisAppId: "@not/allowed",
    extra: { clientSecret: refusedCanary },
  });
  await simulator.install(refused.accountId, { algorithm: "none", extra: { clientSecret: refusedCanary } });

  const id = installationIdOf(simulator.settings.app, account.accountId);
  await vi.waitFor(async () => {
    const syncs = await store.syncs.ofInstallation(id);
    expect(syncs.length).toBeGreaterThan(0);
    expect(syncs.map(({ lastRun }) => lastRun?.outcome)).toEqual(syncs.map(() => "succeeded"));
    const other = await store.installations.find(installationIdOf(simulator.settings.app, refused.accountId));
    expect(other).toMatchObject({ candidates: [{ last: { code: "ERR_TOKEN_INVALID_CLIENT" } }] });
    expect(await db.collection("unrecognisedCallbacks").countDocuments()).toBe(1);
  }, patient);

  const secrets = JSON.parse(await readFile(join(dataDir, "secrets.json"), "utf8"));
  const { open } = await createCacheSealing(JSON.parse(secrets.tokenKey));
  const [tokenKey = ""] = (await findKeys(redis, `*${namespace}*${account.accountId}*:token:*`)).filter(
    (key) => !key.endsWith(":lock"),
  );
  const sealedToken = (await redis.getBuffer(tokenKey)) ?? Buffer.alloc(0);
  const { accessToken } = JSON.parse(
    await open(sealedToken, { installationId: id, purpose: "access-token" }),
  );
  expect(accessToken.length).toBeGreaterThan(10);

  const dumps = {
    redis: await dumpRedis(redis, namespace),
    mongodb: await dumpMongodb(db),
    logs: await readLogs(logDir),
  };
  const expected = { redis: account.accountId, mongodb: account.accountId, logs: account.accountId };
  for (const [where, dump] of Object.entries(dumps)) {
    expect(dump).toContain(expected[where as keyof typeof expected]);
    for (const secret of [canary, refusedCanary, accessToken])
      expect({ where, found: dump.includes(secret) }).toEqual({ where, found: false });
  }
});
