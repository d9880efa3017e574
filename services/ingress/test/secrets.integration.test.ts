import { findKeys } from "@fleetkeeper/redis";
import { expect, inject, onTestFinished, test } from "vitest";
import { createRedisGate } from "./redis-gate.ts";
import { createWorld, type World } from "./world.ts";

const canary = "canary-5b1f0c7e-secret";

/** Everything that Redis holds for this world, as text. */
async function redisText({ redis, namespace }: World): Promise<string> {
  const readers: Record<string, (key: string) => Promise<unknown>> = {
    string: (key) => redis.get(key),
    hash: (key) => redis.hgetall(key),
    list: (key) => redis.lrange(key, "0", "-1"),
    set: (key) => redis.smembers(key),
    zset: (key) => redis.zrange(key, "0", "-1"),
    stream: (key) => redis.xrange(key, "-", "+"),
  };
  const keys = await findKeys(redis, `*${namespace}*`);
  const contents = keys.map(async (key) => [key, await readers[await redis.type(key)]?.(key)]);
  return JSON.stringify(await Promise.all(contents));
}

const spellings = [
  canary,
  ...(["base64url", "base64", "hex"] as const).flatMap((encoding) =>
    // For any text before it, one of three alignments shows in base64.
    ["", "x", "xx"].map((before) =>
      Buffer.from(before + canary)
        .toString(encoding)
        .slice(4, -4),
    ),
  ),
];

test("no secret and no token is ever in Redis, in an answer or in the log at trace", async () => {
  const gate = await createRedisGate(inject("redisUrl"));
  const world = await createWorld({ env: { REDIS_URL: gate.url, LOG_LEVEL: "trace" } });
  onTestFinished(async () => {
    await world.close();
    gate.close();
  });
  const tokens: string[] = [];
  const answers: unknown[] = [];
  const send = async (body: string, token?: string) => {
    tokens.push(token ?? (await world.simulator.signCallbackToken()));
    answers.push(await world.callback({ body, token: tokens.at(-1) ?? "" }));
  };
  const body = world.bodyOf({ clientId: `${canary}-id`, clientSecret: canary, extra: canary });
  await send(body);
  await send(body, tokens[0]);
  await send(body.replace('"extra"', '"other"'), tokens[0]);
  await send(world.bodyOf({ type: "UNINSTALLED", clientSecret: canary, extra: { deep: canary } }));
  await send(world.bodyOf({ irisAppId: "@someone/else", clientSecret: canary }));
  await send(`{"clientSecret":"${canary}" ${canary}`);
  await send(world.bodyOf({ clientSecret: [canary] }));
  await send(world.bodyOf({ clientSecret: canary }), `${tokens[0]?.slice(0, -8)}${"A".repeat(8)}`);
  await send(world.bodyOf({ clientSecret: canary }), canary);
  gate.set("silent");
  await send(world.bodyOf({ clientSecret: canary }));
  gate.set("shut");
  await send(world.bodyOf({ clientSecret: canary }));
  expect(answers.map((answer) => (answer as { status: number }).status)).toEqual([
    ...[202, 202, 409, 202, 403, 400, 400, 401, 401, 503, 503],
  ]);

  const places = { redis: await redisText(world), log: world.logged(), answers: JSON.stringify(answers) };
  expect(places.redis).toContain("sealedCredential");
  expect(places.log.split("\n").length).toBeGreaterThan(10);
  const secrets = [
    ...spellings,
    ...tokens.filter((token) => token !== canary).map((token) => token.slice(-60)),
  ];
  for (const [place, text] of Object.entries(places))
    for (const secret of secrets) expect(text.includes(secret), `${secret} in ${place}`).toBe(false);
});
