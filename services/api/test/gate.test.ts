import { fastify } from "fastify";
import { expect, test } from "vitest";
import { addGate } from "../src/auth/gate.ts";

test("a route that names no right cannot be added", () => {
  const app = fastify();
  const knownKeys = { verify: async () => undefined, verifyKnown: () => undefined };
  addGate(app, { knownKeys, uses: { note: () => undefined, close: async () => undefined }, perSecond: 1 });
  expect(() => app.get("/open-by-mistake", async () => "secret")).toThrow("names no right");
});
