import { expect, test } from "vitest";
import { timeTag } from "../../src/html/time.ts";

const now = new Date("2026-01-02T03:04:05Z");
const at = (seconds: number) => new Date(now.getTime() + seconds * 1_000);

test("the exact time is shown beside the relative one", async () => {
  expect(String(await timeTag(at(-60), now))).toBe(
    '<time datetime="2026-01-02T03:03:05.000Z" title="2026-01-02 03:03:05 UTC">1 min ago</time>',
  );
});
