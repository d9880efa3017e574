import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installationIdOf } from "@fleetkeeper/model";
import { expect, test } from "vitest";
import { app, setup } from "../world.ts";

test("the audit log is printed as lines of JSON, the oldest first, for the requested time, without control characters", async () => {
  const { cli, store } = await setup();
  const day = (number: number) => new Date(Date.UTC(2026, 0, number));
  const installationId = installationIdOf(app, "1");
  await store.audit.add({ at: day(3), who: "jo", action: "pause", installationId });
  await store.audit.add({ at: day(1), who: "jo", action: "log in", topic: "logins", address: "192.0.2.1" });
  await store.audit.add({ at: day(2), who: "\x1b]0;x\x07\x9b", action: "retry failed jobs", queue: "sync" });
  const linesOf = async (...args: string[]) => {
    const { stdout, code } = await cli(["audit", ...args]);
    expect(code).toBe(0);
    return stdout.trim().split("\n");
  };
  const lines = await linesOf();
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { at: day(1).toISOString(), action: "log in", topic: "logins", address: "192.0.2.1" },
    { who: "\x1b]0;x\x07\x9b", queue: "sync" },
    { installationId, action: "pause" },
  ]);
  expect(lines.join("")).not.toMatch(/\p{Cc}/u);
  expect(await linesOf("--since", "2026-01-02", "--until", "2026-01-03T00:00:00Z")).toEqual([lines[1]]);
  expect(await linesOf("--who", "jo", "--action", "pa", "--account", installationId)).toEqual([lines[2]]);
  expect(await linesOf("--action", "log in", "--format", "csv")).toEqual([
    expect.stringContaining('"at","kind","who","action","outcome"'),
    expect.stringContaining('"audit","jo","log in","done"'),
  ]);
  expect((await cli(["audit", "--since", "yesterday"])).code).toBe(2);
});

test("what is done with keys is in the audit log", async () => {
  const { cli, store } = await setup();
  const out = join(mkdtempSync(join(tmpdir(), "fleetkeeper-audit-")), "new");
  expect((await cli(["keys", "rotate", "--out", out, "--as", "jo"])).code).toBe(0);
  expect((await cli(["keys", "rotate", "--reseal", "--as", "jo"])).code).toBe(0);
  const done = await store.audit.ofTopic("sealing-keys", 10);
  expect(done.map(({ who, action }) => `${who}: ${action}`)).toEqual([
    expect.stringMatching(/^cli:jo: re-seal with \w+$/),
    expect.stringMatching(/^cli:jo: make sealing key \w+$/),
  ]);
});
