import { expect, test } from "vitest";
import { judgeClocks } from "../../src/doctor/checks/clock.ts";
import { clockSample } from "../../src/doctor/clock-sample.ts";

const at = (ms: number) => new Date(Date.UTC(2026, 0, 1) + ms);

test("a clock is compared with the middle of the request, and what HTTP cuts off is given back", () => {
  const sample = { of: "x", serverTime: at(0), askedAt: at(400), answeredAt: at(600) };
  expect(clockSample({ ...sample, precisionMs: 1_000 }).differenceMs).toBe(0);
  expect(clockSample({ ...sample, precisionMs: 0 }).differenceMs).toBe(-500);
});

test("beyond what the ingress bears is a problem, a little off a warning", () => {
  expect(judgeClocks([])).toMatchObject([{ level: "skipped" }]);
  expect(judgeClocks([{ of: "a", differenceMs: 900 }])).toMatchObject([{ level: "ok" }]);
  const judged = judgeClocks([
    { of: "a", differenceMs: 10_000 },
    { of: "b", differenceMs: -3_600_000 },
  ]);
  expect(judged).toMatchObject([
    { level: "warning", says: "this machine's clock is 10 s behind that of a" },
    { level: "problem", code: "CLOCK_WRONG" },
  ]);
  expect(judged[1]?.says).toContain("1 h ahead of that of b");
});
