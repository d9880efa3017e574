// Key sets that RFC 7517 allows, and answers that servers give, over HTTP: an honest callback is accepted, or
// asked to retry later.

import { createKeySetFetcher, verifyToken } from "@fleetkeeper/callbacks";
import { type FaultSpec, startSimulator } from "@fleetkeeper/simulator";
import { createLog } from "@fleetkeeper/telemetry";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { createKeySet } from "../src/key-set.ts";

let simulator: Awaited<ReturnType<typeof startSimulator>>;
beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(() => simulator.close());

/** What becomes of a token of each algorithm. */
async function outcomes(fault: FaultSpec): Promise<string[]> {
  const fetcher = createKeySetFetcher(simulator.jwksUrl);
  onTestFinished(() => fetcher.close());
  const log = createLog({ service: "test", level: "silent" });
  const { keyFor } = createKeySet({ fetchKeys: fetcher.fetch, maxStaleMs: 3_600_000, log });
  simulator.faults.add({ ...fault, operation: "jwks" });
  onTestFinished(() => void simulator.faults.clear());
  const found: string[] = [];

  for (const algorithm of ["RS256", "ES256"] as const) {
    const token = await simulator.signCallbackToken({}, { algorithm });
    const rules = { keyFor, issuer: undefined, audience: undefined, maxAgeMs: 300_000 };
    const outcome = await verifyToken(token, rules, new Date()).then(
      () => "accepted",
      (error: { code: string }) => error.code,
    );
    found.push(outcome);
  }
  return found;
}

test.each([
  ...(["key-twice", "same-kid", "null-members", "no-kid", "odd-keys"] as const),
  ...(["gzip", "br", "deflate", "raw-deflate", "zstd", "bom", "idle-close"] as const),
])("with %s a valid token is accepted", async (kind) => {
  expect(await outcomes({ kind })).toEqual(["accepted", "accepted"]);
});

test.each<FaultSpec>([
  { kind: "unreadable-keys" },
  { kind: "unknown-encoding" },
  { kind: "false-encoding" },
  { kind: "gzip-bomb" },
  { kind: "redirect" },
  { kind: "html" },
  { kind: "no-content" },
  { kind: "status", status: 503, retryAfterS: 600 },
])("with $kind nothing is refused permanently", async (fault) => {
  expect(new Set(await outcomes(fault))).toEqual(new Set(["ERR_KEY_SET_UNAVAILABLE"]));
});
