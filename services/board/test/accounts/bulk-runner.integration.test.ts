import type { BulkPlan } from "@fleetkeeper/operator";
import { createLog } from "@fleetkeeper/telemetry";
import { testRedis } from "@fleetkeeper/test-worlds";
import { expect, onTestFinished, test, vi } from "vitest";
import { createBulkRunner } from "../../src/accounts/bulk/carry-out.ts";
import { createBulkProgresses } from "../../src/accounts/bulk/progress.ts";
import type { BulkRequest } from "../../src/accounts/bulk/request.ts";

test("of many actions that begin at the same moment three are carried out, and each gives its place back", async () => {
  const namespace = `bulk-${crypto.randomUUID()}`;
  const { redis } = await testRedis(namespace);
  const ending = Promise.withResolvers<void>();
  const outcome = { done: 0, refused: 0, failed: 0, left: 0, codes: {} };
  const runner = createBulkRunner({
    bulkActions: { carryOut: () => ending.promise.then(() => outcome) } as never,
    progresses: createBulkProgresses(redis, namespace),
    log: createLog({ service: "test", level: "silent" }),
    now: () => new Date(),
  });
  onTestFinished(async () => {
    ending.resolve();
    await runner.close();
  });
  const start = () => runner.start("operator", {} as BulkRequest, { ids: [] } as unknown as BulkPlan);
  const started = await Promise.allSettled(Array.from({ length: 5 }, start));
  expect(started.map(({ status }) => status).sort()).toEqual([
    ...["fulfilled", "fulfilled", "fulfilled"],
    ...["rejected", "rejected"],
  ]);
  ending.resolve();
  await vi.waitFor(start, { timeout: 20_000 });
});
