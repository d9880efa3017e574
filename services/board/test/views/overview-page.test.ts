import { expect, test } from "vitest";
import { overviewPage } from "../../src/views/overview-page.ts";

const state = { csrfToken: "t", path: "/", at: new Date("2026-01-02T03:04:05Z") };
const idle = { waiting: 0, active: 0, delayed: 0, failed: 0, completed: 0 };

test("what comes from outside is escaped", async () => {
  const page = await overviewPage({
    ...state,
    identity: { user: '"><script>alert(1)</script>', role: "operator" },
    queues: [],
  });
  expect(String(page)).not.toContain("<script>");
  expect(String(page)).toContain("&lt;script&gt;");
});

test("failed jobs, paused queues and queues without a worker stand out", async () => {
  const page = await overviewPage({
    ...state,
    identity: { user: "olive", role: "operator" },
    queues: [{ name: "sync", paused: true, workers: 0, counts: { ...idle, failed: 1234 } }],
  });
  expect(String(page)).toContain("1,234 failed in sync");
  expect(String(page)).toContain("paused</span>");
  expect(String(page)).toContain("none</span>");
});

test("without Redis the page says so", async () => {
  const page = await overviewPage({
    ...state,
    identity: { user: "olive", role: "viewer" },
    queues: undefined,
  });
  expect(String(page)).toContain("Redis does not answer");
});
