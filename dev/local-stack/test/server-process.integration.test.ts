import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { describe, expect, onTestFinished, test } from "vitest";
import { ServerNotStartedError } from "../src/errors.ts";
import { findOnPath } from "../src/find-on-path.ts";
import { pingMongodb, pingRedis } from "../src/ping.ts";
import { startServerProcess } from "../src/server-process.ts";

const answers = (ping: Promise<unknown>) =>
  ping.then(
    () => true,
    () => false,
  );

/**
 * Starts another process that holds a stack of its own, as a terminal would: in a process group of its own.
 */
async function setup() {
  const env: NodeJS.ProcessEnv = { ...process.env, DOCKER_HOST: "unix:///nonexistent" };
  delete env.REDIS_URL;
  delete env.MONGODB_URL;
  const dataDir = await mkdtemp(join(tmpdir(), "server-process-test-"));
  onTestFinished(() => rm(dataDir, { recursive: true, maxRetries: 5 }));
  const holder: ChildProcessByStdio<null, Readable, null> = spawn(
    process.execPath,
    [join(import.meta.dirname, "hold-servers.ts"), dataDir],
    { detached: true, stdio: ["ignore", "pipe", "inherit"], env },
  );
  onTestFinished(() => void holder.kill("SIGKILL"));
  const lines = createInterface({ input: holder.stdout })[Symbol.asyncIterator]();
  const said = async () => JSON.parse((await lines.next()).value ?? "null");
  return { holder, said, ...(await said()) };
}

describe("a server started here", () => {
  test("ends when its parent is killed", async () => {
    const { holder, redisUrl, mongodbUrl } = await setup();
    expect(await answers(pingRedis(redisUrl))).toBe(true);

    holder.kill("SIGKILL");
    await once(holder, "exit");

    await expect.poll(() => answers(pingRedis(redisUrl)), { timeout: 10_000 }).toBe(false);
    await expect.poll(() => answers(pingMongodb(mongodbUrl)), { timeout: 10_000 }).toBe(false);
  });

  test("outlives Ctrl-C in the terminal until its parent closes it", async () => {
    const { holder, said, redisUrl } = await setup();

    process.kill(-holder.pid, "SIGINT");

    expect(await said()).toEqual({ answeredAfterSigint: true });
    expect(await said()).toEqual({ closed: true });
    expect(await answers(pingRedis(redisUrl))).toBe(false);
  });

  test("that ends at once is an error with its output", async () => {
    const failing = startServerProcess({
      command: (await findOnPath("sh", process.env)) ?? "sh",
      args: ["-c", "echo cannot open the door >&2; exit 3"],
      ping: () => Promise.reject(new Error("no server")),
    });
    await expect(failing).rejects.toThrow(ServerNotStartedError);
    await expect(failing).rejects.toThrow(/exit 3.*cannot open the door/);
  });
});
