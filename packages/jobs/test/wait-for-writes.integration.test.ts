import { startRedis, startRedisCluster, testNamespace } from "@fleetkeeper/local-stack";
import { connected, connectProducer } from "@fleetkeeper/redis";
import { expect, onTestFinished, test } from "vitest";
import { waitForWrites } from "../src/index.ts";

async function connect(url: string) {
  const redis = connectProducer(url, { commandTimeoutMs: 5_000 });
  redis.on("error", () => undefined);
  onTestFinished(() => redis.disconnect());
  await connected(redis);
  return redis;
}

const safety = { disk: false, replicas: 1, timeoutMs: 5_000 };

test("a write counts once a replica has it, and no longer if the replica hangs", async () => {
  const master = await startRedis({ own: true, args: ["--repl-diskless-sync-delay", "0"] });
  onTestFinished(() => master.close());
  const args = ["--replicaof", `127.0.0.1 ${new URL(master.url).port}`];
  const replica = await startRedis({ own: true, args });
  onTestFinished(() => replica.close());
  const redis = await connect(master.url);
  const namespace = testNamespace();
  await waitForWrites(redis, { namespace, queue: "install" }, { ...safety, timeoutMs: 4_500 });
  await expect(
    waitForWrites(redis, { namespace, queue: "install" }, { ...safety, replicas: 2, timeoutMs: 100 }),
  ).rejects.toMatchObject({
    code: "ERR_QUEUE_UNAVAILABLE",
    message: expect.stringContaining("1 of 2 replicas"),
  });
  replica.kill?.("SIGSTOP");
  onTestFinished(() => replica.kill?.("SIGCONT"));
  await expect(
    waitForWrites(redis, { namespace, queue: "install" }, { ...safety, timeoutMs: 100 }),
  ).rejects.toMatchObject({
    code: "ERR_QUEUE_UNAVAILABLE",
  });
});

test("in a cluster the node that has the queue is checked", async () => {
  const cluster = await startRedisCluster({ replicas: 1 });
  onTestFinished(() => cluster.close());
  const redis = await connect(cluster.url);
  // Queues of several namespaces lie on several nodes, and each node has one replica.
  for (let count = 0; count < 6; count++)
    await waitForWrites(
      redis,
      { namespace: testNamespace(), queue: "install" },
      { ...safety, timeoutMs: 4_500 },
    );
  await expect(
    waitForWrites(
      redis,
      { namespace: testNamespace(), queue: "install" },
      { ...safety, replicas: 2, timeoutMs: 100 },
    ),
  ).rejects.toMatchObject({ message: expect.stringContaining("1 of 2 replicas") });
});
