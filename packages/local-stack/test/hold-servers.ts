// A process that starts the local stack and holds it until it is killed; its argument is the folder for the data. SIGINT makes it look and close first.

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
