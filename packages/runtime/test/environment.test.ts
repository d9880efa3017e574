import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { ConfigurationError, pickVariables, readEnvironment, variable } from "../src/index.ts";

const schema = z.object({
  ...pickVariables("REDIS_URL"),
  PORT: variable.port(3000),
  PASSWORD: variable.secret(8),
  APPS: variable.list(/,/),
});

function faultsOf(env: Record<string, string>): readonly string[] {
  try {
    readEnvironment(schema, env);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
  return [];
}

test("all faults are reported at once, without a value", () => {
  const faults = faultsOf({ REDIS_URL: "http://secret-host", PORT: "x", PASSWORD: "short" });
  expect(faults).toHaveLength(4);
  expect(faults.join()).not.toMatch(/secret-host|short/);
});

test("a secret is read from the file that NAME_FILE names", () => {
  const path = join(mkdtempSync(join(tmpdir(), "fleetkeeper-")), "password");
  writeFileSync(path, "from a file\n");
  const config = readEnvironment(schema, {
    REDIS_URL: "redis://h",
    APPS: "@a/b, @c/d,",
    PASSWORD_FILE: path,
  });
  expect(config).toEqual({
    redisUrl: "redis://h",
    port: 3000,
    password: "from a file",
    apps: ["@a/b", "@c/d"],
  });
});

test("a variable given twice, or a file that cannot be read, is a fault", () => {
  const valid = { REDIS_URL: "redis://h", APPS: "@a/b" };
  expect(faultsOf({ ...valid, PASSWORD: "12345678", PASSWORD_FILE: "/x" })).toEqual([
    "PASSWORD: is set both directly and by PASSWORD_FILE; keep one",
  ]);
  expect(faultsOf({ ...valid, PASSWORD_FILE: "/nonexistent/x" })).toEqual([
    "PASSWORD_FILE: cannot be read (ENOENT); name a file that this process may read",
  ]);
});
