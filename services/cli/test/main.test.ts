import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { createProgram } from "../src/program.ts";
import { runCli } from "./run-cli.ts";

// Each command line is a process of its own.
vi.setConfig({ testTimeout: 30_000 });

test("requested help is not an error", async () => {
  const { code, stdout } = await runCli(["accounts", "--help"]);
  expect(code).toBe(0);
  expect(stdout).toContain("Usage: fleetkeeper accounts");
});

test.each([
  [["acounts"], "unknown command 'acounts'"],
  [["accounts", "show"], "missing required argument 'account'"],
  [["accounts", "list", "--limit", "0"], "whole number from 1 to 500"],
  [["accounts", "list", "--state", "gone"], "Allowed choices are pending, active, paused, revoked"],
  [["failed", "retry"], "name jobs, or an account by --account, or a queue by --queue"],
])("%j is a usage error in one line, and as JSON", async (args, message) => {
  const env = { MONGODB_URL: "mongodb://127.0.0.1:1", REDIS_URL: "redis://127.0.0.1:1" };
  const { code, stderr, stdout } = await runCli(args, { env });
  expect(code).toBe(2);
  expect(stdout).toBe("");
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect(stderr).toContain(message);
  const asJson = await runCli([...args, "--json"], { env });
  expect(asJson.code).toBe(2);
  expect(asJson.error().code).toBe("ERR_USAGE");
  expect(asJson.error().message).toContain(message);
});

test("a group without a command shows its help, and is a usage error", async () => {
  const { code, stderr } = await runCli(["keys"]);
  expect(code).toBe(2);
  expect(stderr).toContain("Commands:");
});

test("a missing variable is named, with exit code 78", async () => {
  const { code, stderr } = await runCli(["accounts", "list"]);
  expect(code).toBe(78);
  expect(stderr).toBe(
    "ERR_CONFIGURATION: MONGODB_URL: is not set. Set it in the environment or in .env; docs/configuration.md explains every variable.\n",
  );
  expect((await runCli(["queues", "--json"])).error()).toMatchObject({ code: "ERR_CONFIGURATION" });
});

test("variables come from .env of the folder or a file that is named, and the environment wins", async () => {
  const cwd = mkdtempSync(join(tmpdir(), "fleetkeeper-cli-"));
  writeFileSync(join(cwd, ".env"), "MONGODB_URL=nonsense\n");
  expect((await runCli(["accounts", "list"], { cwd })).stderr).toContain(
    "is not a URL that starts with mongodb://",
  );
  writeFileSync(join(cwd, "other"), "REDIS_URL=nonsense\n");
  const named = await runCli(["queues", "--env", "other"], { cwd });
  expect(named.stderr).toContain("is not a URL that starts with redis://");
  const won = await runCli(["queues", "--env", "other"], {
    cwd,
    env: { REDIS_URL: "redis://127.0.0.1:1" },
  });
  expect(won.code).toBe(6);
  expect((await runCli(["queues", "--env", "missing"], { cwd })).stderr).toContain("missing cannot be read");
});

test("an unavailable server is exit code 6, and no password is printed", async () => {
  const env = { MONGODB_URL: "mongodb://user:geheim@127.0.0.1:1", REDIS_URL: "redis://:geheim@127.0.0.1:1" };
  for (const [args, expected] of [
    [["accounts", "list"], "ERR_MONGODB_UNREACHABLE"],
    [["queues"], "ERR_REDIS_UNREACHABLE"],
  ] as const) {
    const { code, stderr } = await runCli(args, { env });
    expect(code).toBe(6);
    expect(stderr).toMatch(new RegExp(`^${expected}: .*ECONNREFUSED.* Check [A-Z]+_URL.*\n$`));
    expect(stderr).not.toContain("geheim");
  }
});

test.each(["bash", "zsh", "fish"])("there is a completion script for %s", async (shell) => {
  const { code, stdout } = await runCli(["completion", shell]);
  expect(code).toBe(0);
  expect(stdout).toContain("fleetkeeper");
});

test("completion knows commands, options and choices, each on one line", async () => {
  const complete = async (...args: string[]) => (await runCli(["complete", "--", ...args])).stdout;
  const lines = (await complete("")).trim().split("\n").slice(0, -1);
  const names = createProgram("0").commands.map((command) => command.name());
  expect(lines.map((line) => line.split("\t")[0])).toEqual([
    ...names.filter((name) => name !== "complete"),
    "help",
  ]);
  expect(await complete("accounts", "re")).toMatch(/resume[\s\S]*refresh/);
  expect(await complete("accounts", "list", "--st")).toContain("--state");
  expect(await complete("accounts", "list", "--state", "")).toContain("revoked");
});
