import { redisKeys } from "@fleetkeeper/redis";
import { expect, inject, test, vi } from "vitest";
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
    expect(world.logged()).toContain("whose tokens are accepted is not set");
    // The board reads it there.
    const unset = redisKeys(world.namespace).unsetTokenRules();
    expect((await world.redis.smembers(unset)).sort()).toEqual(["CALLBACK_AUDIENCE", "CALLBACK_ISSUER"]);
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
          ["CALLBACK_ISSUER_UNSET", expect.stringContaining("carried https://issuer.test.")],
          ["CALLBACK_AUDIENCE_UNSET", expect.stringContaining("carried an-audience.")],
          ["CALLBACK_CLAIMS_UNSET", expect.stringContaining("accountId=sub")],
        ]),
      20_000,
    );
    const set = { CALLBACK_ISSUER: "https://issuer.test", CALLBACK_AUDIENCE: `${app}=an-audience` };
    expect(await doctor({ ...set, CALLBACK_CLAIMS: "accountId=sub" })).toEqual([
      ["CALLBACK_CLAIMS", undefined],
    ]);
  } finally {
    await world.close();
  }
}, 60_000);
