import type { AttemptDocument } from "@fleetkeeper/store";
import { expect, test } from "vitest";
import { attemptInWords } from "../src/index.ts";

const now = new Date("2026-01-31T12:00:00Z");

test("a failed attempt says when the next one comes, or was due", () => {
  const failed = { outcome: "failed", status: 503, code: "ERR_NOTIFY_STATUS", durationMs: 40 } as const;
  const words = (seconds: number) =>
    attemptInWords({ ...failed, nextAt: new Date(now.getTime() + seconds * 1_000) } as AttemptDocument, now)
      .text;
  expect(words(300)).toBe("503; again in 5 min");
  expect(words(-20)).toBe("503; the next try was due 20 s ago");
});
