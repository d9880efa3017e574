import { noChanges, type RefreshAnswer } from "@fleetkeeper/model";
import type { RunDocument } from "@fleetkeeper/store";
import { expect, test } from "vitest";
import { webhookReaderOf } from "../src/webhook-runs.ts";

const second = (count: number) => new Date(Date.UTC(2026, 0, 1, 12, 0, count));
const asked = (at: number, answer: RefreshAnswer = "soon") => ({ sync: "sites", answer, at: second(at) });

/** Each run takes a second. */
function runAt(start: number, more: Partial<RunDocument> = {}): RunDocument {
  const changes = { ...noChanges, updated: 2 };
  const times = { startedAt: second(start), at: second(start + 1) };
  return { _id: `a/sites/${start}`, ...times, outcome: "succeeded", records: 2, pages: 1, changes, ...more };
}

/** The start of the run that read it, and the words. */
function readerOf(
  one: ReturnType<typeof asked>,
  runs: RunDocument[],
  quiet: { at: number } | null = null,
): [run: string | undefined, text: string] {
  const lastRun = quiet === null ? (runs[0] ?? null) : runAt(quiet.at);
  const sync = { quiet: quiet === null ? null : { runs: 1, since: second(quiet.at) }, lastRun };
  const { run, text } = webhookReaderOf(one, "delivery", { runs, sync });
  return [run?._id, text];
}

test("the first run that began after the request has read it", () => {
  const runs = [runAt(30), runAt(20), runAt(5)];
  expect(readerOf(asked(10), runs)).toEqual(["a/sites/20", "its run took 1 s and changed 2 records"]);
  expect(readerOf(asked(25), runs)[0]).toBe("a/sites/30");
  expect(readerOf(asked(31), runs)).toEqual([undefined, "no run has read it yet"]);
});

test("runs that found nothing new are not kept, and no other is taken for one", () => {
  const nothingNew = [undefined, "a run read it and found nothing new"];
  expect(readerOf(asked(10), [runAt(5)], { at: 12 })).toEqual(nothingNew);
  expect(readerOf(asked(13), [runAt(5)], { at: 12 })).toEqual([undefined, "no run has read it yet"]);
  const later = runAt(20, { quietBefore: { runs: 1, since: second(12) } });
  expect(readerOf(asked(10), [later])).toEqual(nothingNew);
  expect(readerOf(asked(14), [later])[1]).toContain("or a run just before it");
  expect(readerOf(asked(14), [{ ...later, setOffBy: "delivery" }])[1]).not.toContain("or a run");
});

test("if no run has read it, the reason is given: its run failed, the sync does not run, or the run is no longer kept", () => {
  const failed = runAt(20, { outcome: "failed", code: "ERR_API_UNAVAILABLE" });
  expect(readerOf(asked(10), [failed])[1]).toBe(
    "its run failed after 1 s (ERR_API_UNAVAILABLE); the next one reads it",
  );
  expect(readerOf(asked(10, "absent"), [runAt(20)])[0]).toBeUndefined();
  expect(readerOf(asked(10, "stopped"), [runAt(20)])[0]).toBeUndefined();
  const many = Array.from({ length: 50 }, (_, index) => runAt(100 - index));
  expect(readerOf(asked(10), many)).toEqual([undefined, "its run is no longer kept"]);
  expect(readerOf(asked(80), many)[0]).toBe("a/sites/80");
});
