// A real mongod through mongodb-memory-server, which keeps what it downloads in the user's cache.

import { withProgress } from "./progress.ts";

const probeTimeoutMs = 4_000;
const downloadTimeoutMs = 180_000;

export type Downloaded = { command: string } | { reason: string };

/** Returns the mongod that an earlier call downloaded. */
export async function downloadedMongod(): Promise<string | undefined> {
  const { DryMongoBinary } = await import("mongodb-memory-server");
  return DryMongoBinary.locateBinary(DryMongoBinary.getEnsuredOptions()).catch(() => undefined);
}

/**
 * Downloads a mongod and returns its path, or says why it can't; without a network that takes seconds at
 * most.
 */
export async function downloadMongod(
  env: NodeJS.ProcessEnv,
  onProgress: (line: string) => void,
): Promise<Downloaded> {
  const mirror = env.MONGOMS_DOWNLOAD_MIRROR || "https://fastdl.mongodb.org";
  try {
    // The library itself waits and tries again for long.
    await fetch(mirror, { method: "HEAD", signal: AbortSignal.timeout(probeTimeoutMs) });
  } catch {
    return { reason: `no mongod can be downloaded: ${new URL(mirror).host} does not answer` };
  }
  const { MongoBinary } = await import("mongodb-memory-server");
  try {
    const command = await withProgress(MongoBinary.getPath(), {
      what: "MongoDB: downloading mongod",
      timeoutMs: downloadTimeoutMs,
      onProgress,
    });
    return { command };
  } catch (error) {
    return { reason: `no mongod can be downloaded: ${(error as Error).message}` };
  }
}
