import { once } from "node:events";
import { startRedisCluster } from "@fleetkeeper/local-stack";
import { expect, onTestFinished, test } from "vitest";
import { connectConsumer, connected } from "../src/index.ts";

test("who takes jobs is connected again while a cluster is down, and does not wait for ever for what comes after", {
  retry: 0,
}, async () => {
  const group = await startRedisCluster();
  onTestFinished(() => group.close());
  const redis = connectConsumer(group.url);
  redis.on("error", () => undefined);
  onTestFinished(() => redis.disconnect());
  await connected(redis);
  const [, other, lost] = group.servers;
  const watch = connectConsumer(other?.url ?? "");
  watch.on("error", () => undefined);
  onTestFinished(() => watch.disconnect());
  lost?.kill?.("SIGKILL");
  await expect
    .poll(async () => String(await watch.call("CLUSTER", "INFO")), { timeout: 20_000 })
    .toContain("cluster_state:fail");

  // As BullMQ does when a command that waits for a job has no answer in time.
  const ended = once(redis, "end");
  redis.disconnect();
  await ended;
  const late = new Promise((resolve) => setTimeout(() => resolve("still waiting"), 10_000));
  expect(await Promise.race([redis.connect().then(() => "connected"), late])).toBe("connected");
});
