// An API in the test's own process, beside a running system.

import { createApiKeyActions } from "@fleetkeeper/operator";
import { createLog } from "@fleetkeeper/telemetry";
import { onTestFinished } from "vitest";
import { startApi } from "../../../services/api/src/api.ts";
import { readConfig } from "../../../services/api/src/config.ts";
import type { runSystem } from "./running-system.ts";

/** `env`: REDIS_URL, MONGODB_URL and TOKEN_KEY. With a key that has every right which the tests need. */
export async function apiOf(
  { simulator, store, namespace }: Awaited<ReturnType<typeof runSystem>>,
  env: { REDIS_URL: string; MONGODB_URL: string; TOKEN_KEY: string },
) {
  const { key } = await createApiKeyActions({ store, now: () => new Date() }).create("test", {
    name: "test",
    rights: ["accounts:read", "accounts:write", "syncs:write", "tokens:read", "webhooks:write"],
    irisAppId: null,
  });
  const closers: (() => unknown)[] = [];
  onTestFinished(async () => {
    for (let close = closers.pop(); close !== undefined; close = closers.pop()) await close();
  }, 60_000);
  const config = readConfig({
    ...env,
    REDIS_NAMESPACE: namespace,
    TRACKUNIT_TOKEN_URL: simulator.tokenUrl,
    TRACKUNIT_SCOPES: simulator.settings.scopes.join(" "),
    API_PORT: "0",
    OPS_PORT: "0",
  });
  const log = createLog({ service: "api", level: "silent" });
  const { url, opsUrl } = await startApi(config, log, (_what, close) => closers.push(close));
  const authorization = `Bearer ${key}`;
  return {
    opsUrl,
    ask: (method: string, path: string, body?: object) =>
      fetch(url + path, {
        method,
        headers: { authorization, ...(body && { "content-type": "application/json" }) },
        ...(body && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(40_000),
      }),
  };
}
