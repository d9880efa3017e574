import { chmod, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { takeDataFolder } from "../src/data-folder.ts";
import { installPackage } from "../src/install-package.ts";

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "fleetkeeper-install-"));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

test("where it is forbidden, nothing is installed into the system and no tool for it is called", async () => {
  const path = await folder();
  const called = join(path, "called");
  const aptGet = join(path, "apt-get");
  await writeFile(aptGet, `#!/bin/sh\ntouch ${called}\nexit 1\n`);
  await chmod(aptGet, 0o755);
  const env = { PATH: path, LOCAL_INSTALL: "no" };
  const installed = await installPackage("redis-server", { env, onProgress: () => undefined });
  expect(installed).toEqual({ reason: expect.stringContaining("LOCAL_INSTALL=no") });
  await expect(stat(called)).rejects.toMatchObject({ code: "ENOENT" });
});

test("the folder of a server's data is its owner's alone, and the one that it is in stays as it is", async () => {
  const path = await folder();
  await chmod(path, 0o755);
  const { path: own, release } = await takeDataFolder(path, "redis");
  await release();
  expect((await stat(own)).mode & 0o777).toBe(0o700);
  expect((await stat(path)).mode & 0o777).toBe(0o755);
});
