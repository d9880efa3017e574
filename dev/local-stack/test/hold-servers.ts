// A process that starts the local stack, with its data in the folder named, and holds it until it is killed;
// SIGINT makes it look whether the servers are there, and close.

import { startLocalStack } from "../src/index.ts";
import { pingMongodb, pingRedis } from "../src/ping.ts";

const stack = await startLocalStack({ dataDir: process.argv[2] ?? ".data" });
const say = (message: unknown) => process.stdout.write(`${JSON.stringify(message)}\n`);

process.once("SIGINT", async () => {
  const answered = await Promise.allSettled([pingRedis(stack.redis.url), pingMongodb(stack.mongodb.url)]);
  say({ answeredAfterSigint: answered.every(({ status }) => status === "fulfilled") });
  await stack.close();
  say({ closed: true });
});
say({ redisUrl: stack.redis.url, mongodbUrl: stack.mongodb.url });
