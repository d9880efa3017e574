import { installationIdOf } from "@fleetkeeper/model";
import { expect, test, vi } from "vitest";
import { runSystem } from "./running-system.ts";

/** `INSTALLS=1000` is the full bar. */
const installs = Number(process.env.INSTALLS ?? 40);

test(`${installs} callbacks at once become ${installs} installations, each with one token and its whole fleet`, {
  timeout: 600_000,
}, async () => {
  const { simulator, store, queues, db, unexpected } = await runSystem();
  const accounts = Array.from({ length: installs }, (_, index) =>
    simulator.addAccount({ assets: 1 + (index % 5) }),
  );
  const answers = await Promise.all(
    accounts.map(({ accountId }) => simulator.install(accountId, { timeoutMs: 60_000 })),
  );
  expect(answers.filter(({ status }) => status !== 202)).toEqual([]);

  await vi.waitFor(
    async () => {
      const done = await db
        .collection("syncs")
        .countDocuments({ sync: "assets", "lastRun.outcome": "succeeded" });
      expect(done).toBe(installs);
    },
    { timeout: 500_000, interval: 1_000 },
  );
  expect(await db.collection("installations").countDocuments({ state: "active" })).toBe(installs);
  expect(accounts.filter(({ tokenCalls }) => tokenCalls !== 1)).toEqual([]);
  const expected = accounts.reduce((sum, account) => sum + account.assets().length, 0);
  expect(await db.collection("assets").countDocuments({ deletedAt: null })).toBe(expected);
  for (const account of accounts.slice(0, 20)) {
    const id = installationIdOf(simulator.settings.app, account.accountId);
    expect(await store.records.count("assets", id)).toBe(account.assets().length);
  }
  for (const queue of Object.values(queues.queues)) expect(await queue.getFailedCount()).toBe(0);
  expect(unexpected).toEqual([]);
});
