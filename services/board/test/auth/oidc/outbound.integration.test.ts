import { startCountingProxy } from "@fleetkeeper/local-stack";
import { expect, inject, onTestFinished, test } from "vitest";
import { startWorld } from "./provider-world.ts";
import { travel } from "./traveller.ts";

test("every request to the provider goes through the outbound proxy", async () => {
  const proxy = await startCountingProxy();
  onTestFinished(() => proxy.close());
  const outbound = { httpProxy: `http://${proxy.address}` };
  const { url, issuer } = await startWorld(inject("redisUrl"), {}, { outbound });
  expect((await travel(url).logIn("sub-opal")).status).toBe(303);
  for (const line of ["GET /.well-known/openid-configuration", "POST /token", "GET /jwks", "GET /me"]) {
    const [method, path] = line.split(" ");
    expect(proxy.seen).toContain(`${method} ${issuer}${path}`);
  }
});
