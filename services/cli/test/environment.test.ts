import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { runCli } from "./run-cli.ts";

function folderOfDemo(): string {
  const folder = mkdtempSync(join(tmpdir(), "fleetkeeper-cli-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, ".data"));
  writeFileSync(join(folder, ".data/fleetkeeper.env"), "REDIS_URL='redis://127.0.0.1:1'\n");
  return folder;
}

test("next to a running `pnpm start`, a command finds its servers", async () => {
  const { code, error } = await runCli(["queues", "--json"], { cwd: folderOfDemo() });
  expect(error().code).toBe("ERR_REDIS_UNREACHABLE");
  expect(code).toBe(6);
});

test("a command that names a server means no demo", async () => {
  const env = { MONGODB_URL: "mongodb://127.0.0.1:1/a" };
  const { code, error } = await runCli(["queues", "--json"], { cwd: folderOfDemo(), env });
  expect({ code, error: error().code }).toEqual({ code: 78, error: "ERR_CONFIGURATION" });
});

test("a `.env` in the folder takes precedence over the demo's", async () => {
  const cwd = folderOfDemo();
  writeFileSync(join(cwd, ".env"), "LOG_LEVEL=info\n");
  expect((await runCli(["queues", "--json"], { cwd })).code).toBe(78);
});
