// Changes the data of a job, unless a worker has the job or its data changed since it was read: while a
// worker has it, only that worker changes it.

import { createScript, type RedisClient } from "@fleetkeeper/redis";
import type { Job, Queue } from "bullmq";

const replace = createScript(`
if redis.call("HGET", KEYS[1], "data") ~= ARGV[1] then return 0 end
if redis.call("LPOS", KEYS[2], ARGV[3]) then return 0 end
redis.call("HSET", KEYS[1], "data", ARGV[2])
return 1`);

/** `job`: as it was read. @returns false when a worker has it, its data changed, or it no longer exists. */
export async function replaceDataOf(
  { queue, redis }: { queue: Queue; redis: RedisClient },
  job: Job,
  data: object,
): Promise<boolean> {
  const id = job.id ?? "";
  const keys = [queue.toKey(id), queue.toKey("active")];
  return (await replace(redis, keys, JSON.stringify(job.data), JSON.stringify(data), id)) === 1;
}
