// FerretDB from dev/ferretdb, built once for each version of its source and of Go.

import { spawn } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { access, mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { findOnPath, outputOf } from "./find-on-path.ts";
import { withProgress } from "./progress.ts";

const source = join(import.meta.dirname, "../../ferretdb");
const sourceFile = /\.(go|mod|sum)$/;
const buildTimeoutMs = 900_000;
const keptLines = 5;

export type Built = { command: string } | { reason: string };

/** Returns the program if it has been built before from the same source by the same Go. */
export async function builtFerretdb(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const path = await programPath(env);
  if (path === undefined) return undefined;
  return access(path).then(
    () => path,
    () => undefined,
  );
}

/** Builds the program, which takes minutes the first time, and returns its path, or says why it can't. */
export async function buildFerretdb(
  env: NodeJS.ProcessEnv,
  onProgress: (line: string) => void,
): Promise<Built> {
  const path = await programPath(env);
  if (path === undefined) return { reason: "no Go toolchain on the PATH to build FerretDB with" };

  onProgress("MongoDB: building FerretDB, once; this takes some minutes");
  await mkdir(join(path, ".."), { recursive: true });
  const unfinished = `${path}.${randomUUID()}`;
  try {
    await compile(unfinished, env, onProgress);
    await rename(unfinished, path); // whole or not at all, also when two processes build at once
    return { command: path };
  } catch (error) {
    await rm(unfinished, { force: true });
    return { reason: `FerretDB can't be built: ${(error as Error).message}` };
  }
}

async function programPath(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const go = await findOnPath("go", env);
  if (go === undefined) return undefined;
  const hash = createHash("sha256").update(await outputOf(go, ["version"], { env, timeoutMs: 10_000 }));
  for (const entry of (await readdir(source, { withFileTypes: true, recursive: true })).sort(byPath)) {
    if (sourceFile.test(entry.name))
      hash.update(entry.name).update(await readFile(join(entry.parentPath, entry.name)));
  }
  const cache = env.XDG_CACHE_HOME || join(homedir(), ".cache");
  const name = `ferretdb-${hash.digest("hex").slice(0, 16)}`;
  return join(cache, "fleetkeeper", process.platform === "win32" ? `${name}.exe` : name);
}

function byPath(a: { parentPath: string; name: string }, b: { parentPath: string; name: string }): number {
  const [left, right] = [join(a.parentPath, a.name), join(b.parentPath, b.name)];
  return left < right ? -1 : Number(left > right);
}

async function compile(
  output: string,
  env: NodeJS.ProcessEnv,
  onProgress: (line: string) => void,
): Promise<void> {
  const child = spawn("go", ["run", "-v", "./build", "-o", output], {
    cwd: source,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const counts = { downloaded: 0, compiled: 0 };
  const last: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      if (line.startsWith("go: downloading ")) counts.downloaded += 1;
      else counts.compiled += 1;
      last.splice(0, last.length, ...last.slice(1 - keptLines), line);
    });
  }
  const built = new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => (code === 0 ? resolve() : reject(new Error(last.join("; ")))));
  });
  await withProgress(built, {
    what: "MongoDB: building FerretDB",
    timeoutMs: buildTimeoutMs,
    onProgress,
    detail: () => `${counts.downloaded} modules downloaded, ${counts.compiled} packages compiled`,
  }).finally(() => child.kill());
}
