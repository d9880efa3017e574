// A small disk of its own for a server, which can be filled up: a tmpfs where this process may mount one.

import { execFile } from "node:child_process";
import { mkdir, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

export interface Disk {
  path: string;
  /** Whether it can be filled up; otherwise it is a folder like any other. */
  isSmall: boolean;
  fill(): Promise<void>;
  free(): Promise<void>;
  close(): Promise<void>;
}

export async function createDisk(path: string, sizeMiB: number): Promise<Disk> {
  await mkdir(path, { recursive: true });
  const isSmall = await mounted(path, sizeMiB);
  const filler = join(path, "filler");
  return {
    path,
    isSmall,
    async fill() {
      if (isSmall) await writeUntilFull(filler);
    },
    free: () => rm(filler, { force: true }),
    async close() {
      if (isSmall) await run("umount", ["-l", path]);
    },
  };
}

async function mounted(path: string, sizeMiB: number): Promise<boolean> {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  return run("mount", ["-t", "tmpfs", "-o", `size=${sizeMiB}m`, "tmpfs", path]).then(
    () => true,
    () => false,
  );
}

async function writeUntilFull(path: string): Promise<void> {
  const file = await open(path, "a");
  const piece = Buffer.alloc(64 * 1024);
  try {
    for (let length = piece.length; length > 0; ) {
      const written = await file.write(piece, 0, length).then(
        ({ bytesWritten }) => bytesWritten,
        (error: NodeJS.ErrnoException) => {
          if (error.code !== "ENOSPC") throw error;
          return 0;
        },
      );
      if (written < length) length = Math.floor(length / 2);
    }
  } finally {
    await file.close();
  }
}
