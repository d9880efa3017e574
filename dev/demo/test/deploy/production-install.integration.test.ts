// What the Dockerfile installs, without an engine: the files that .dockerignore lets in, and production
// dependencies only.

import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { listFiles } from "../../../architecture/src/sources.ts";

const root = join(import.meta.dirname, "../../../..");
const run = promisify(execFile);
const textOf = (path: string) => readFileSync(join(root, path), "utf8");

/** Whether .dockerignore lets a file in: of its lines that fit, the last one says so. */
function isIn(path: string): boolean {
  let isIgnored = false;
  for (const line of textOf(".dockerignore").split("\n")) {
    const pattern = line.replace(/^!/, "");
    if (pattern === "" || line.startsWith("#") || !fits(pattern, path)) continue;
    isIgnored = !line.startsWith("!");
  }
  return !isIgnored;
}

function fits(pattern: string, path: string): boolean {
  const source = pattern
    .split(/(\*\*\/|\*)/)
    .map((part) =>
      part === "**/" ? "(?:.*/)?" : part === "*" ? "[^/]*" : part.replace(/[.+^${}()|[\]\\]/g, "\\$&"),
    );
  return new RegExp(`^${source.join("")}(?:/|$)`).test(path);
}

async function install(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "fleetkeeper-production-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const path of listFiles().filter(isIn)) cpSync(join(root, path), join(folder, path));
  const filters = textOf("Dockerfile").match(/--filter-prod "[^"]+"/g) ?? [];
  const args = ["install", "--prod", "--frozen-lockfile", "--prefer-offline"];
  for (const filter of filters) args.push("--filter-prod", filter.slice('--filter-prod "'.length, -1));
  await run("pnpm", args, { cwd: folder, env: { ...process.env, CI: "true" } });
  return folder;
}

/** With Node.js 24 on the `PATH`, as in the image. */
async function outcomeOf(file: string, args: readonly string[], cwd: string, variables = {}) {
  const env = {
    ...variables,
    PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
  };
  return run(file, args, { cwd, env }).then(
    ({ stdout }) => ({ code: 0, output: stdout }),
    ({ code, stderr }) => ({ code, output: stderr }),
  );
}

test("the production install has every command and every package that the services need to start", {
  timeout: 180_000,
}, async () => {
  const folder = await install();
  const cli = (...args: string[]) => outcomeOf("./fleetkeeper", args, folder);

  // All commands are loaded before one runs.
  const { code, output } = await cli("--help");
  expect(code, output).toBe(0);
  for (const [, command = ""] of textOf("docs/cli.md").matchAll(/^### `fleetkeeper ([a-z-]+)/gm))
    expect(output).toContain(`\n  ${command} `);
  expect(await cli("explain", "ERR_USAGE")).toMatchObject({ code: 0 });
  // What reaches the servers is loaded late: there is nobody, so it says so.
  const servers = { REDIS_URL: "redis://127.0.0.1:1", MONGODB_URL: "mongodb://127.0.0.1:1/a" };
  const doctor = await outcomeOf("./fleetkeeper", ["doctor", "--only", "redis", "mongodb"], folder, servers);
  expect(doctor.code, doctor.output).toBe(4);

  for (const service of ["ingress", "worker", "board", "api"]) {
    const started = await outcomeOf("node", [`services/${service}/src/main.ts`], folder);
    expect([service, started.code], started.output).toEqual([service, 78]);
  }
  // The Dockerfile keeps what these starts left.
  expect(readdirSync(join(folder, "node_modules/.compile-cache"))).toHaveLength(1);
});
