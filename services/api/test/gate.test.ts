import { createLog } from "@fleetkeeper/telemetry";
import { fastify } from "fastify";
import { expect, test } from "vitest";
import { addGate } from "../src/auth/gate.ts";
import { createApiMetrics } from "../src/metrics.ts";
import { Problem } from "../src/problems.ts";
import { createRefuse } from "../src/refuse.ts";

/** Which knows no key. */
const gate = {
  knownKeys: { verify: async () => undefined, verifyKnown: () => undefined },
  uses: { note: () => undefined, close: async () => undefined },
  noteVerified: () => undefined,
};

test("a flood of refused requests is a few lines in the log, which name where it came from", async () => {
  const lines: string[] = [];
  const log = createLog({
    service: "api",
    level: "info",
    destination: { write: (line) => void lines.push(line) },
  });
  const app = fastify();
  app.setErrorHandler(createRefuse(log, createApiMetrics()).request);
  app.get("/", async () => {
    throw new Problem("ERR_KEY_REFUSED");
  });
  for (let count = 0; count < 100; count++)
    expect((await app.inject({ url: "/", remoteAddress: "192.0.2.7" })).statusCode).toBe(401);
  expect(lines).toHaveLength(10);
  expect(lines[0]).toContain('"address":"192.0.2.7"');
});

test("a route that names no right cannot be added", () => {
  const app = fastify();
  addGate(app, { ...gate, perSecond: 1 });
  expect(() => app.get("/open-by-mistake", async () => "secret")).toThrow("names no right");
});

test("guesses from one network of IPv6 count together, from any of its addresses", async () => {
  const app = fastify();
  app.setErrorHandler((error: Problem, _request, reply) => reply.code(error.status).send(error.code));
  addGate(app, { ...gate, perSecond: 1, refusedPerMinute: 3 });
  app.get("/", { config: { right: "any" } }, async () => "secret");
  const guess = async (remoteAddress: string) => (await app.inject({ url: "/", remoteAddress })).statusCode;
  for (const host of ["1", "2", "3"]) expect(await guess(`2001:db8:0:1::${host}`)).toBe(401);
  expect(await guess("2001:db8:0:1:ffff::4")).toBe(429);
  expect(await guess("2001:db8:0:2::1")).toBe(401);
});
