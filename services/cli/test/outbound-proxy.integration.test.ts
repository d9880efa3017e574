import { startCountingProxy } from "@fleetkeeper/local-stack";
import { expect, onTestFinished, test } from "vitest";
import { runCli } from "./run-cli.ts";
import { setup } from "./world.ts";

test("doctor and callback verify reach Trackunit through the outbound proxy", async () => {
  const { cli, env, simulator } = await setup();
  const proxy = await startCountingProxy();
  onTestFinished(() => proxy.close());
  const through = { HTTP_PROXY: `http://${proxy.address}` };
  const { json } = await cli(["doctor", "--json", "--only", "key-set", "trackunit", "clock"], through);
  expect(json()).toMatchObject({ healthy: true });
  const tokenUrl = String(env.TRACKUNIT_TOKEN_URL);
  for (const url of [simulator.jwksUrl, tokenUrl, `${env.TRACKUNIT_API_URL}/`])
    expect(proxy.seen).toContain(`GET ${url}`);

  const asked = proxy.seen.length;
  const capture = JSON.stringify({ headers: { "trackunit-identity": "a.b.c" }, body: "{}" });
  await runCli(["callback", "verify", "-"], { env: { ...env, ...through }, input: capture });
  expect(proxy.seen.slice(asked)).toEqual([`GET ${simulator.jwksUrl}`]);
});
