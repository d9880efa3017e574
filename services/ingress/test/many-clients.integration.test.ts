// One client alone must not keep the others out: connections, silence and refusals have their bounds, and are
// counted.

import { once } from "node:events";
import { connect } from "node:net";
import { Agent, request } from "undici";
import { expect, onTestFinished, test, vi } from "vitest";
import { testWorld, type World } from "./world.ts";

let world: World;

/** As somebody with this address; a whole 127.0.0.0/8 is this machine's. */
async function callbackFrom(localAddress: string, headers: Record<string, string> = {}): Promise<number> {
  const dispatcher = new Agent({ localAddress, connect: { timeout: 5_000 } });
  try {
    const { statusCode, body } = await request(`${world.url}/appinstall`, {
      method: "POST",
      dispatcher,
      headersTimeout: 15_000,
      headers: {
        "content-type": "application/json",
        "trackunit-identity": await world.simulator.signCallbackToken(),
        ...headers,
      },
      body: world.bodyOf(),
    });
    await body.dump();
    return statusCode;
  } finally {
    await dispatcher.destroy();
  }
}

/** How many connections were ended, by reason. */
async function dropped(): Promise<Record<string, number>> {
  const text = await (await fetch(`${world.opsUrl}/metrics`)).text();
  const lines = text.matchAll(/^fleetkeeper_dropped_connections_total\{.*?reason="(\w+)".*?\} (\d+)$/gm);
  return Object.fromEntries([...lines].map(([, reason = "", count]) => [reason, Number(count)]));
}

test("2 100 idle connections from one address stop no other client's callback, are counted, and are closed", async () => {
  world = await testWorld();
  const { hostname, port } = new URL(world.url);
  // In portions that the server's backlog holds.
  for (let portion = 0; portion < 21; portion++) {
    const opened = Array.from({ length: 100 }, () => connect(Number(port), hostname));
    for (const socket of opened) socket.on("error", () => undefined);
    onTestFinished(() => {
      for (const socket of opened) socket.destroy();
    });
    await Promise.all(opened.map((socket) => once(socket, "connect")));
  }
  expect(await callbackFrom("127.0.0.2")).toBe(202);
  await vi.waitFor(
    async () => {
      const { address = 0, idle = 0 } = await dropped();
      expect(address).toBeGreaterThan(0);
      expect(idle).toBeGreaterThanOrEqual(1_000);
    },
    { timeout: 40_000, interval: 200 },
  );
  expect(await callbackFrom("127.0.0.1")).toBe(202);
});

test("anyone who sends nonsense is refused unread for the rest of the minute, and no other client is", async () => {
  world = await testWorld({ env: { INGRESS_REFUSALS_PER_MINUTE: "20" } });
  const junk = { "trackunit-identity": "no token" };
  for (let count = 0; count < 20; count++) expect(await callbackFrom("127.0.0.3", junk)).toBe(401);
  expect(await callbackFrom("127.0.0.3", junk)).toBe(429);
  expect(await callbackFrom("127.0.0.3")).toBe(429);
  expect(await callbackFrom("127.0.0.4")).toBe(202);
});

test("behind a named proxy each client is counted; behind an unknown one no client is refused for another", async () => {
  const junk = { "trackunit-identity": "no token" };
  const by = (client: string) => ({ "x-forwarded-for": client });
  world = await testWorld({
    env: { INGRESS_REFUSALS_PER_MINUTE: "5", INGRESS_TRUSTED_PROXIES: "127.0.0.0/8" },
  });
  for (let count = 0; count < 5; count++)
    expect(await callbackFrom("127.0.0.1", { ...junk, ...by("192.0.2.1") })).toBe(401);
  expect(await callbackFrom("127.0.0.1", by("192.0.2.1"))).toBe(429);
  expect(await callbackFrom("127.0.0.1", by("192.0.2.2"))).toBe(202);
  expect(world.logged()).toContain('"address":"192.0.2.1"');

  world = await testWorld({ env: { INGRESS_REFUSALS_PER_MINUTE: "5" } });
  for (let count = 0; count < 10; count++)
    expect(await callbackFrom("127.0.0.1", { ...junk, ...by("192.0.2.1") })).toBe(401);
  expect(await callbackFrom("127.0.0.1", by("192.0.2.2"))).toBe(202);
  expect(world.logged().split("INGRESS_TRUSTED_PROXIES does not name")).toHaveLength(2);
});

test("a flood of tokens with unknown keys is a few lines in the log too", async () => {
  world = await testWorld();
  const before = world.logged().length;
  const tokens = Array.from({ length: 200 }, (_, index) =>
    [{ alg: "RS256", kid: `nobody's ${index}` }, {}, ""].map((part) =>
      Buffer.from(part === "" ? "c2ln" : JSON.stringify(part)).toString("base64url"),
    ),
  );
  const answers = await Promise.all(
    tokens.map((token) => callbackFrom("127.0.0.5", { "trackunit-identity": token.join(".") })),
  );
  expect(answers.filter((status) => status === 503).length).toBeGreaterThan(100);
  const text = world.logged().slice(before);
  expect(text.split("refused").length).toBeLessThanOrEqual(21);
  expect(text).toContain('"address":"127.0.0.5"');
});

test("a flood of refusals is a few lines in the log, with its number and where it came from", async () => {
  world = await testWorld();
  const before = world.logged().length;
  const flood = Array.from({ length: 300 }, () => callbackFrom("127.0.0.5", { "trackunit-identity": "x" }));
  expect(new Set(await Promise.all(flood))).toEqual(new Set([401]));
  const text = world.logged().slice(before);
  expect(text.split("request refused")).toHaveLength(11);
  expect(text).toContain('"address":"127.0.0.5"');
  expect(text.length).toBeLessThan(10_000);
});
