import { Redis } from "ioredis";
import { expect, inject, onTestFinished, test, vi } from "vitest";
import { connected, connectProducer } from "../src/index.ts";

test("gathered commands share a write to the socket, and each has its own answer", async () => {
  const redis = connectProducer(inject("redisUrl"), { gather: true });
  onTestFinished(() => redis.disconnect());
  await connected(redis);
  const key = `gather-${crypto.randomUUID()}`;
  const names = Array.from({ length: 50 }, (_, index) => `${key}-${index}`);
  onTestFinished(async () => void (await redis.del(...names)));
  if (!(redis instanceof Redis)) return;
  const write = vi.spyOn(redis.stream, "write");
  const answers = await Promise.allSettled(
    names.map((name, index) => (index === 7 ? redis.call("INCR", name, "once too many") : redis.incr(name))),
  );
  expect(write).toHaveBeenCalledTimes(1);
  expect(answers.map(({ status }) => status === "fulfilled")).toEqual(names.map((_, index) => index !== 7));
});
