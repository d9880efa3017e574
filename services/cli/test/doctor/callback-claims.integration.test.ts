import { redisKeys } from "@fleetkeeper/redis";
import { createLog } from "@fleetkeeper/telemetry";
import { expect, inject, test, vi } from "vitest";
import { readConfig } from "../../../ingress/src/config.ts";
import { startIngress } from "../../../ingress/src/ingress.ts";
import { createWorld } from "../../../ingress/test/world.ts";
import { runCli } from "../run-cli.ts";

const app = "@fleetkeeper/demo";

test("doctor says that issuer and audience are not set, and proposes what accepted callbacks carried", async () => {
  const world = await createWorld();
  try {
    const token = await world.simulator.signCallbackToken({
      iss: "https://issuer.test",
      aud: "an-audience",
      sub: world.account.accountId,
    });
    expect((await world.callback({ token })).status).toBe(202);
    const refused = await world.simulator.signCallbackToken({
      iss: "https://other.test",
      aud: "@acme/other",
    });
    expect((await world.callback({ token: refused })).status).toBe(401);
    expect(world.logged()).toContain("issuer and audience of tokens are not set");
    // The board reads it there.
    const unset = redisKeys(world.namespace).unsetTokenRules();
    await vi.waitFor(
      async () =>
        expect((await world.redis.smembers(unset)).sort()).toEqual(["CALLBACK_AUDIENCE", "CALLBACK_ISSUER"]),
      20_000,
    );
    expect(await world.redis.ttl(unset)).toBeGreaterThan(60);
    const doctor = async (more: Record<string, string> = {}) =>
      JSON.parse(
        (
          await runCli(["doctor", "--only", "callback-claims", "--json"], {
            env: { REDIS_URL: inject("redisUrl"), REDIS_NAMESPACE: world.namespace, ...more },
          })
        ).stdout,
      ).findings.map(({ code, advice }: { code: string; advice?: string }) => [code, advice]);
    await vi.waitFor(
      async () =>
        expect(await doctor()).toEqual([
          ["CALLBACK_ISSUER_UNSET", expect.stringContaining("had https://issuer.test.")],
          ["CALLBACK_AUDIENCE_UNSET", expect.stringContaining("had an-audience.")],
          ["CALLBACK_CLAIMS_UNSET", expect.stringContaining("accountId=sub")],
        ]),
      20_000,
    );
    const set = { CALLBACK_ISSUER: "https://issuer.test", CALLBACK_AUDIENCE: `${app}=an-audience` };
    expect(await doctor({ ...set, CALLBACK_CLAIMS: "accountId=sub" })).toEqual([
      ["CALLBACK_CLAIMS", undefined],
    ]);
    // Another ingress starts that has them, and the one that has not stops.
    const log = createLog({ service: "ingress", level: "fatal" });
    const closers: (() => unknown)[] = [];
    const isGone = () => vi.waitFor(async () => expect(await world.redis.exists(unset)).toBe(0), 20_000);
    try {
      await startIngress(readConfig({ ...world.env, ...set }), log, (_what, close) => closers.push(close));
      await isGone();
    } finally {
      for (const close of closers.reverse()) await close();
    }
    await world.redis.sadd(unset, "CALLBACK_ISSUER");
    await world.stopIngress();
    await isGone();
  } finally {
    await world.close();
  }
}, 60_000);
