import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { describe, expect, inject, onTestFinished, test } from "vitest";
import { startRedis } from "../src/index.ts";
import { pingRedis } from "../src/ping.ts";

const noDocker = { DOCKER_HOST: "unix:///nonexistent" };
const ofPath = { ...process.env, ...noDocker };

async function temporaryFolder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "start-redis-test-"));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

describe("the URL in the environment", () => {
  test("is used when it answers, and its server is not ended", async () => {
    const redis = await startRedis({ env: { REDIS_URL: inject("redisUrl") } });
    expect(redis.origin).toMatch(/^Redis \d\S* from REDIS_URL$/);
    await redis.close();
    expect(await pingRedis(inject("redisUrl"))).toBeTruthy();
  });

  test("is an error when it does not answer, without trying another way, and the error shows no password", async () => {
    const started = startRedis({ env: { ...ofPath, REDIS_URL: "redis://user:hunter2@127.0.0.1:1" } });
    await expect(started).rejects.toMatchObject({ code: "ERR_SERVER_UNREACHABLE" });
    await expect(started).rejects.not.toThrow(/hunter2/);
  });

  test("is an error when the port is open but says nothing", async () => {
    const silent = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void silent.close());
    await once(silent, "listening");
    const { port } = silent.address() as { port: number };
    await expect(startRedis({ env: { REDIS_URL: `redis://127.0.0.1:${port}` } })).rejects.toMatchObject({
      code: "ERR_SERVER_UNREACHABLE",
    });
  });
});

test("without any way the error lists them all", async () => {
  const lines: string[] = [];
  const started = startRedis({ env: { ...noDocker, PATH: "" }, onProgress: (line) => lines.push(line) });
  await expect(started).rejects.toMatchObject({ code: "ERR_NO_REDIS" });
  await expect(started).rejects.toThrow(/REDIS_URL.*Docker.*PATH.*apt-get/s);
  expect(lines).toHaveLength(3);
});

test("a Docker engine that does not answer is skipped after a second", async () => {
  const silent = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void silent.close());
  await once(silent, "listening");
  const { port } = silent.address() as { port: number };
  const env = { DOCKER_HOST: `tcp://127.0.0.1:${port}`, PATH: "" };
  await expect(startRedis({ env })).rejects.toThrow(/no Docker engine answers/);
}, 3_000);

test("a redis-server that does not start is noted as a reason, and the next way is tried", async () => {
  const bin = await temporaryFolder();
  await writeFile(join(bin, "redis-server"), "#!/bin/sh\necho wrong libc >&2; exit 1\n", { mode: 0o755 });
  await expect(startRedis({ env: { ...noDocker, PATH: bin } })).rejects.toThrow(
    /did not start .*wrong libc.*apt-get/s,
  );
});

describe("redis-server from the PATH", () => {
  test("appends every write to disk, evicts nothing and listens on this machine alone", async () => {
    const server = await startRedis({ env: ofPath, own: true, args: ["--maxclients", "77"] });
    onTestFinished(() => server.close());
    expect(server.origin).toMatch(/^(redis|valkey)-server \d\S* from the PATH$/);

    const redis = new Redis(server.url);
    onTestFinished(() => void redis.disconnect());
    const setting = async (name: string) => ((await redis.config("GET", name)) as string[])[1];
    expect(await setting("appendonly")).toBe("yes");
    expect(await setting("appendfsync")).toBe("everysec");
    expect(await setting("maxmemory-policy")).toBe("noeviction");
    expect(await setting("save")).toBe("");
    expect(await setting("bind")).toBe("127.0.0.1");
    expect(await setting("maxclients")).toBe("77");
  });

  test("keeps its data after a kill and a new start at the same port", async () => {
    const dataDir = await temporaryFolder();
    const first = await startRedis({ env: ofPath, own: true, dataDir, args: ["--appendfsync", "always"] });
    const redis = new Redis(first.url, { maxRetriesPerRequest: null });
    redis.on("error", () => {});
    onTestFinished(() => void redis.disconnect());
    await redis.set("kept", "yes");
    first.kill?.("SIGKILL");
    await first.close();

    const second = await startRedis({
      env: ofPath,
      own: true,
      dataDir,
      port: Number(new URL(first.url).port),
    });
    onTestFinished(() => second.close());
    expect(await redis.get("kept")).toBe("yes");
  });

  test("refuses a folder that is in use", async () => {
    const dataDir = await temporaryFolder();
    const first = await startRedis({ env: ofPath, own: true, dataDir });
    onTestFinished(() => first.close());
    await expect(startRedis({ env: ofPath, own: true, dataDir })).rejects.toMatchObject({
      code: "ERR_DATA_IN_USE",
    });
  });

  test("can be closed twice", async () => {
    const server = await startRedis({ env: ofPath, own: true });
    await Promise.all([server.close(), server.close()]);
    await server.close();
    await expect(pingRedis(server.url)).rejects.toThrow();
  });
});
