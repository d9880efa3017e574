import { noChanges, type RunOutcome, type Waiting } from "@fleetkeeper/model";
import { describeWaiting } from "@fleetkeeper/operator";
import type { SyncDocument } from "@fleetkeeper/store";
import { expect, test } from "vitest";
import { expectationOf, isAllLater, stateOf } from "../../src/accounts/follow-runs.ts";

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1_000);
const run = (seconds: number): RunOutcome => ({
  at: at(seconds),
  startedAt: at(0),
  outcome: "succeeded",
  records: 1,
  pages: 1,
  changes: noChanges,
});
const scheduled: Waiting = { for: "schedule", until: at(60) };
const running: Waiting = { for: "running", since: at(0), pages: 1, records: 2 };
const syncOf = (waiting: Waiting) => ({ _id: "i/s", sync: "s", waiting, lastRun: run(1) }) as SyncDocument;

test("of an idle sync the next run is the requested one", () => {
  expect(expectationOf(syncOf(scheduled), false)).toEqual({
    syncId: "i/s",
    sync: "s",
    runs: 1,
    since: at(1),
  });
});

test("of a busy sync, or one that got busy meanwhile, it is the run after", () => {
  expect(expectationOf(syncOf(running), true).runs).toBe(2);
  expect(expectationOf(syncOf(running), false).runs).toBe(2);
  expect(expectationOf(syncOf(scheduled), true).runs).toBe(2);
});

test("a run has ended when enough runs have, and it is the requested one", () => {
  expect(stateOf({ waiting: running }, [], 1).state).toBe("going");
  expect(stateOf({ waiting: running }, [run(5)], 2).state).toBe("going");
  expect(stateOf({ waiting: scheduled }, [run(9), run(7), run(5)], 2)).toEqual({
    state: "ended",
    run: run(7),
  });
});

test("a paused or revoked sync has stopped", () => {
  expect(stateOf({ waiting: { for: "operator", code: "paused", of: "sync" } }, [], 1).state).toBe("stopped");
  expect(stateOf({ waiting: { for: "credential", code: "revoked" } }, [], 1).state).toBe("stopped");
});

test("waiting ends at once where all that is left waits beyond the time-out", () => {
  const limited = stateOf({ waiting: { for: "rate-limit", until: at(600), family: "aemp" } }, [], 1);
  const ended = stateOf({ waiting: scheduled }, [run(5)], 1);
  const followed = new Map([
    ["a", ended],
    ["b", limited],
  ]);
  expect(isAllLater(followed, at(0), 60_000)).toBe(true);
  expect(isAllLater(followed, at(0), 900_000)).toBe(false);
  const goes = { state: "going" as const, why: describeWaiting(running) };
  expect(isAllLater(new Map([...followed, ["c", goes]]), at(0), 60_000)).toBe(false);
});
