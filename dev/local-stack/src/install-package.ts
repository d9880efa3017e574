// A program from the system's packages, for root on Debian or Ubuntu: a container or a fresh virtual machine.

import { execFile } from "node:child_process";
import { access, rm, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { findOnPath } from "./find-on-path.ts";
import { withProgress } from "./progress.ts";

/** `no`: nothing is installed into the system; what is there has to do. */
export const installVariable = "LOCAL_INSTALL";

const policyFile = "/usr/sbin/policy-rc.d";

export type Installed = { command: string } | { reason: string };

/**
 * Installs the package that has the name of its program, without starting a service of it.
 * @returns the program's path, or why there is none.
 */
export async function installPackage(
  name: string,
  options: { env: NodeJS.ProcessEnv; onProgress: (line: string) => void; timeoutMs?: number },
): Promise<Installed> {
  const { env, onProgress, timeoutMs = 180_000 } = options;
  if (env[installVariable] === "no")
    return { reason: `${installVariable}=no: no system package is installed` };
  const aptGet = await findOnPath("apt-get", env);
  if (!aptGet) return { reason: `no apt-get to install ${name} with` };
  if (process.getuid?.() !== 0) return { reason: `not root: \`sudo apt-get install ${name}\` would do` };

  const run = async (...args: string[]) => {
    const apt = promisify(execFile)(aptGet, ["-y", "-o", "DPkg::Lock::Timeout=60", ...args], {
      env: { ...env, DEBIAN_FRONTEND: "noninteractive" },
      timeout: timeoutMs,
      maxBuffer: 16 * 1024 * 1024,
    });
    await withProgress(apt, { what: `apt-get ${args[0]} ${name}`, timeoutMs, onProgress });
  };
  onProgress(
    `installs the system's package ${name} now, as root: apt-get install ${name} (${installVariable}=no, or --no-install of \`start\`, forbids it)`,
  );
  try {
    await withoutServices(async () => {
      const install = () => run("install", "--no-install-recommends", name);
      // The lists of packages are missing in a fresh container and may be out of date elsewhere.
      await install().catch(async () => {
        await run("update");
        await install();
      });
    });
    const command = await findOnPath(name, env);
    return command ? { command } : { reason: `apt-get installed no ${name}` };
  } catch (error) {
    return { reason: `apt-get install ${name} failed: ${(error as Error).message.split("\n").at(0)}` };
  }
}

/**
 * Keeps packages from starting their services meanwhile: we start a server of our own, on a port of its own.
 * See https://people.debian.org/~hmh/invokerc.d-policyrc.d-specification.txt: 101 is "not allowed".
 */
async function withoutServices(install: () => Promise<void>): Promise<void> {
  const present = await access(policyFile).then(
    () => true,
    () => false,
  );
  if (present) return install();
  await writeFile(policyFile, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    await install();
  } finally {
    await rm(policyFile, { force: true });
  }
}
