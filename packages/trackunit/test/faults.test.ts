import { createConnections } from "@fleetkeeper/http";
import type { FaultSpec } from "@fleetkeeper/simulator";
import { describe, expect, onTestFinished, test } from "vitest";
import { ApiError, type TrackunitClient } from "../src/index.ts";
import { all, createWorld, itemsOf, reading } from "./world.ts";

const connection = {
  connection: "assets",
  query:
    "query($first: Int, $after: Cursor) { assets(first: $first, after: $after) { edges { node { id name } } pageInfo { endCursor hasNextPage } } }",
};
const restAssets = { family: "assets", path: "/api/asset/v1/assets" };

/** The ways to read a fleet, by the simulator's name for the operation. */
const readers: Record<string, (client: TrackunitClient) => ReturnType<typeof all>> = {
  "rest.assets": (client) => all(client.restPages(restAssets, reading())),
  "graphql.assets": (client) => all(client.graphqlPages(connection, reading())),
  "aemp.fleet": (client) => all(client.aempPages({}, reading())),
};

const unavailable = { code: "ERR_API_UNAVAILABLE", remedy: "retry", startOver: false };

describe.each(Object.entries(readers))("%s", (operation, read) => {
  test.each<[FaultSpec, object]>([
    [{ kind: "status" }, unavailable],
    [{ kind: "status", status: 503, body: "<html>" }, unavailable],
    [{ kind: "status", status: 408 }, unavailable],
    [{ kind: "cut" }, unavailable],
    [{ kind: "cut-body" }, unavailable],
    [{ kind: "hang" }, unavailable],
    [{ kind: "delay", delayMs: 600 }, unavailable],
    [
      { kind: "status", status: 400 },
      { code: "ERR_API_REJECTED", remedy: "never", status: 400, startOver: true },
    ],
    [
      { kind: "status", status: 302, body: "" },
      // Without an address to lead to, as with one.
      { code: "ERR_API_REDIRECT", remedy: "never" },
    ],
    [{ kind: "forbidden" }, { code: "ERR_API_FORBIDDEN", remedy: "never" }],
    [
      { kind: "rate-limit", retryAfterS: 7 },
      { code: "ERR_API_RATE_LIMITED", remedy: "later", retryAfterMs: 7_000 },
    ],
    [{ kind: "rate-limit" }, { code: "ERR_API_RATE_LIMITED", remedy: "later" }],
    [{ kind: "html" }, { code: "ERR_API_NOT_JSON", remedy: "retry" }],
    [{ kind: "invalid-json" }, { code: "ERR_API_NOT_JSON", remedy: "retry" }],
    [
      { kind: "status", status: 200, body: { unheard: "of" } },
      { code: expect.stringMatching(/^ERR_API_(SHAPE|FLEET_UNREADABLE)$/) },
    ],
    [
      { kind: "status", status: 200, body: "null" },
      { code: expect.stringMatching(/^ERR_API_(SHAPE|FLEET_UNREADABLE)$/) },
    ],
  ])("%o", async (fault, expected) => {
    const { simulator, client } = await createWorld();
    simulator.faults.add({ operation, ...fault });
    const error = await read(client).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject(expected);
    if (!("retryAfterMs" in expected)) expect(error.retryAfterMs).toBeUndefined();
    simulator.faults.clear();
    expect(itemsOf(await read(client))).toHaveLength(25);
  });

  test.each(["gzip", "br", "deflate", "raw-deflate", "zstd", "bom", "created"] as const)(
    "an answer with %s is read",
    async (kind) => {
      const { simulator, client } = await createWorld();
      simulator.faults.add({ operation, kind });
      expect(itemsOf(await read(client))).toHaveLength(25);
    },
  );

  const inSevenSeconds = { retryAfterS: 7, retryAfterAsDate: true };
  test.each<[FaultSpec, object]>([
    [
      { kind: "unknown-encoding" },
      { code: "ERR_API_ENCODING", message: expect.stringContaining("compress") },
    ],
    [{ kind: "false-encoding" }, { code: "ERR_API_ENCODING" }],
    [{ kind: "gzip-bomb" }, { code: "ERR_API_ANSWER_TOO_LONG" }],
    [
      { kind: "redirect" },
      { code: "ERR_API_REDIRECT", message: expect.stringContaining("elsewhere.example") },
    ],
    [
      { kind: "status", status: 503, ...inSevenSeconds },
      { code: "ERR_API_UNAVAILABLE", remedy: "retry" },
    ],
    [
      { kind: "forbidden", ...inSevenSeconds },
      { code: "ERR_API_RATE_LIMITED", remedy: "later" },
    ],
    [
      { kind: "rate-limit", ...inSevenSeconds },
      { code: "ERR_API_RATE_LIMITED", remedy: "later" },
    ],
  ])("%j is refused as what it is", async (fault, expected) => {
    const { simulator, client } = await createWorld({
      trackunit: { bodyLimitBytes: 1_000_000, timeoutMs: 5_000 },
    });
    simulator.faults.add({ operation, ...fault });
    const error = await read(client).catch((thrown) => thrown);
    expect(error).toMatchObject(expected);
    if (fault.retryAfterS === undefined) return;
    expect(error.retryAfterMs).toBeGreaterThan(4_000);
    expect(error.retryAfterMs).toBeLessThanOrEqual(8_000);
  });

  test("a kept connection that the API closes costs no page", async () => {
    const connections = createConnections();
    onTestFinished(() => connections.close());
    const { simulator, client } = await createWorld({ trackunit: { dispatcher: connections.dispatcher } });
    simulator.faults.add({ operation, kind: "idle-close", times: 1 });
    for (let pass = 0; pass < 2; pass++) expect(itemsOf(await read(client))).toHaveLength(25);
  });

  test("an answer that takes its time within the time-out is an answer", async () => {
    const { simulator, client } = await createWorld();
    simulator.faults.add({ operation, kind: "delay", delayMs: 100 });
    expect(itemsOf(await read(client))).toHaveLength(25);
  });

  test("a record that is not as documented is handed on: what fits is its reader's to say", async () => {
    const { simulator, client } = await createWorld();
    simulator.faults.add({ operation, kind: "bad-record" });
    expect(itemsOf(await read(client))).toHaveLength(25);
  });
});

test.each([200, 400, 429, 503])("GraphQL's RATE_LIMITED is one, be its status %i", async (status) => {
  const { simulator, client } = await createWorld();
  simulator.faults.add({ kind: "graphql-rate-limit", resetInMs: 4_321, status });
  const error = await all(client.graphqlPages(connection, reading())).catch((thrown) => thrown);
  expect(error).toMatchObject({ code: "ERR_API_RATE_LIMITED", family: "graphql", retryAfterMs: 4_321 });
});

test("the web application's page instead of GraphQL's is told apart", async () => {
  const { client } = await createWorld();
  const request = { family: "graphql", method: "POST", path: "/api/graphql", body: connection } as const;
  await expect(client.send(request, reading().signal)).rejects.toMatchObject({ code: "ERR_API_NOT_JSON" });
});
