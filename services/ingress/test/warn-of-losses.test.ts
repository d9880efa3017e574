import { capturedLog } from "@fleetkeeper/test-worlds";
import { expect, test } from "vitest";
import { warnOfLosses } from "../src/warn-of-losses.ts";

test("a warning is given for a server without append-only file or with eviction, and no other", () => {
  const { log, text } = capturedLog("warn");
  warnOfLosses(log, { persistence: "confirmed", evictionPolicy: "noeviction" });
  warnOfLosses(log, { persistence: "server-policy", evictionPolicy: undefined });
  expect(text()).toBe("");
  warnOfLosses(log, { persistence: "none", evictionPolicy: "allkeys-lru" });
  expect(text()).toContain("a crash loses accepted callbacks");
  expect(text()).toContain("set maxmemory-policy to noeviction");
});
