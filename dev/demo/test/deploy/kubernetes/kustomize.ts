// kustomize: the one on this machine, or the pinned version built once with Go.

import { execFile } from "node:child_process";
import { access, mkdir } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

const version = "v5.8.0";
const run = promisify(execFile);
/** Half a minute of CPU; a busy machine and a slow network make minutes of it. */
const buildTimeoutMs = 540_000;

/** What a folder renders to. @throws where there is neither kustomize nor Go, or the folder has a fault. */
export async function render(folder: string): Promise<string> {
  const { stdout } = await run(await kustomize(), ["build", folder], {
    maxBuffer: 64 * 1024 * 1024,
    timeout: 60_000,
  });
  return stdout;
}

async function kustomize(): Promise<string> {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  const bin = join(cache, "fleetkeeper", `kustomize-${version}`);
  const places = [bin, ...(process.env.PATH ?? "").split(delimiter)].map((one) => join(one, "kustomize"));
  for (const place of places)
    if (
      await access(place).then(
        () => true,
        () => false,
      )
    )
      return place;
  await mkdir(bin, { recursive: true });
  await run("go", ["install", `sigs.k8s.io/kustomize/kustomize/v5@${version}`], {
    env: { ...process.env, GOBIN: bin },
    timeout: buildTimeoutMs,
  });
  return join(bin, "kustomize");
}
