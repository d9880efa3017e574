// Where a server's data lives, and who may use it.

import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { DataInUseError } from "./errors.ts";

export interface DataFolder {
  path: string;
  /** Lets others use the folder; deletes it if it is a temporary one. */
  release(): Promise<void>;
}

/**
 * Returns the folder `name` in dataDir for this process alone, or a temporary one if dataDir is absent.
 *
 * What keeps others out is a listening socket, which ends with its process even if that is killed.
 *
 * @throws `ERR_DATA_IN_USE`
 */
export async function takeDataFolder(dataDir: string | undefined, name: string): Promise<DataFolder> {
  if (dataDir === undefined) {
    const path = await mkdtemp(join(tmpdir(), `fleetkeeper-${name}-`));
    return { path, release: () => rm(path, { recursive: true, force: true }) };
  }
  const path = resolve(dataDir, name);
  // For its owner only where it is made here: it holds customers' data.
  await mkdir(path, { recursive: true, mode: 0o700 });
  const lock = await lockPath(path);
  return {
    path,
    release: () => new Promise((done) => lock.close(() => done())),
  };
}

async function lockPath(path: string): Promise<Server> {
  const hash = createHash("sha256").update(path).digest("hex").slice(0, 16);
  const windows = process.platform === "win32";
  const socket = windows ? `\\\\.\\pipe\\fleetkeeper-${hash}` : join(tmpdir(), `fleetkeeper-${hash}.sock`);
  try {
    return await listen(socket);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
  }
  if (await answers(socket)) throw new DataInUseError(path);
  await rm(socket, { force: true }); // left over from a process that was killed
  return listen(socket);
}

function listen(socket: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((connection) => connection.destroy());
    server.once("error", reject);
    server.listen(socket, () => resolve(server.unref()));
  });
}

function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket);
    connection.once("connect", () => resolve(true)).once("error", () => resolve(false));
    connection.once("close", () => connection.destroy());
  });
}
