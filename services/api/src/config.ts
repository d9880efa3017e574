// The API's configuration, from the environment. Every variable is explained in `.env.example`.

import { readEnvironment, variable } from "@fleetkeeper/runtime";
import { logLevels } from "@fleetkeeper/telemetry";
import { z } from "zod";

export const schema = z.object({
  REDIS_URL: variable.redisUrl(),
  REDIS_NAMESPACE: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/, { error: "may hold up to 40 lower-case letters, digits and - only" })
    .default("fleetkeeper"),
  MONGODB_URL: variable.mongodbUrl(),
  API_HOST: z.string().default("127.0.0.1"),
  API_PORT: variable.port(3003),
  API_KEY_REQUESTS_PER_SECOND: variable.positive(100),
  OPS_HOST: z.string().default("127.0.0.1"),
  OPS_PORT: variable.port(9464),
  LOG_LEVEL: z.enum(logLevels).default("info"),
});

export type Config = ReturnType<typeof readConfig>;

/** @throws ConfigurationError that lists every fault. */
export function readConfig(env: NodeJS.ProcessEnv) {
  const values = readEnvironment(schema, env);
  return {
    redisUrl: values.REDIS_URL,
    namespace: values.REDIS_NAMESPACE,
    mongodbUrl: values.MONGODB_URL,
    host: values.API_HOST,
    port: values.API_PORT,
    keyRequestsPerSecond: values.API_KEY_REQUESTS_PER_SECOND,
    opsHost: values.OPS_HOST,
    opsPort: values.OPS_PORT,
    logLevel: values.LOG_LEVEL,
  };
}
